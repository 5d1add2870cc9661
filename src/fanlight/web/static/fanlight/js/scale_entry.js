// A form of a scale at the desk: each answer is saved as it is tapped. What could not be saved stays in the page, and the
// button at its end sends everything again.
const form = document.querySelector(".scale-entry");
const saved = document.getElementById("saved");
const risk = document.getElementById("risk");
let line = Promise.resolve();

function shown() {
  const values = new Map();
  for (const input of form.querySelectorAll("input[type=radio]:checked")) values.set(input.name, Number(input.value));
  for (const question of form.querySelectorAll("[data-asked-when]")) {
    const needs = JSON.parse(question.dataset.askedWhen || "[]");
    const isAsked = needs.length === 0 || needs.some((need) => need.values.includes(values.get(need.item)));
    question.classList.toggle("is-not-asked", !isAsked);
  }
}

function warn(found) {
  const box = document.createElement("div");
  box.className = "banner banner-stop";
  const words = document.createElement("p");
  const title = document.createElement("strong");
  title.className = "title";
  title.textContent = `${found.title}. `;
  words.append(title, found.why);
  const link = document.createElement("a");
  link.className = "button";
  link.href = found.href;
  link.textContent = "Open";
  box.append(words, link);
  risk.replaceChildren(box);
}

async function send(item, value) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const answer = await fetch(form.dataset.say, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, "X-Fanlight-Client": "scale" },
      body: JSON.stringify({ id: crypto.randomUUID(), item, value }),
    });
    const said = await answer.json();
    saved.textContent = answer.ok ? `Saved ${said.at}.` : `Not saved: ${said.message}`;
    if (said.risk) warn(said.risk);
  } catch {
    saved.textContent = "Not saved yet: the server cannot be reached. The answer stays on this page; handing in sends it again.";
  }
}

form.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.closest("[data-item]") || !crypto.randomUUID) return;
  shown();
  const typed = input.value.trim();
  const value = typed === "" ? null : Number(typed);
  if (Number.isNaN(value)) return;
  line = line.then(() => send(input.name, value));
});
shown();
