// The patient's form, one question a screen. Each tap is kept on the phone first and sent at once; without a connection it
// stays kept and is sent once, later. Help comes before anything else, connection or none.
import * as outbox from "./outbox.js";

const phone = document.getElementById("phone");
const form = document.getElementById("form");
const state = document.getElementById("state");
const steps = document.getElementById("steps");
const asking = document.getElementById("asking");
const help = document.getElementById("help");
const promise = document.getElementById("promise");
const done = document.getElementById("done");
const { say, link } = document.body.dataset;
const reference = `form-${link}`;
const pages = [...form.querySelectorAll(".question")];
let at = 0;
let unsent = 0;
const words = JSON.parse(document.body.dataset.words);

// A sentence in the language of the page: the English one is the key.
function t(english, places = {}) {
  return (words[english] ?? english).replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
}

// A browser without a safe store (no secure context) keeps what was said in the page alone.
const memory = [];
const store = window.crypto?.subtle && window.indexedDB ? outbox : {
  keep: async (entry) => { memory.push({ ...entry, order: memory.length }); },
  kept: async () => memory.filter((entry) => !entry.gone),
  drain: async (staff, send, onAnswer) => {
    for (const entry of memory.filter((one) => !one.gone)) {
      const answer = await send(entry);
      if (answer.ok || answer.refused) entry.gone = true;
      await onAnswer(entry, answer);
      if (answer.away || answer.signedOut) return answer;
    }
    return { ok: true };
  },
};

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// --- what is asked ---------------------------------------------------------------------------------------------------

function values() {
  const found = new Map();
  for (const input of form.querySelectorAll("input[type=radio]:checked")) found.set(input.name, Number(input.value));
  for (const input of form.querySelectorAll(".field input")) {
    if (/^-?\d+$/.test(input.value.trim())) found.set(input.name, Number(input.value));
  }
  return found;
}

function isAsked(page, given) {
  const needs = JSON.parse(page.dataset.askedWhen || "[]");
  return needs.length === 0 || needs.some((need) => need.values.includes(given.get(need.item)));
}

const asked = () => { const given = values(); return pages.filter((page) => isAsked(page, given)); };

function show(index, focus = true) {
  const shown = asked();
  at = Math.max(0, Math.min(index, shown.length - 1));
  const here = shown[at];
  const given = values();
  for (const page of pages) page.classList.toggle("is-here", page === here);
  const marks = [...steps.children];
  const questions = shown.filter((page) => !("end" in page.dataset));
  marks.forEach((mark, number) => {
    mark.hidden = number >= questions.length;
    mark.className = questions[number] === here ? "here" : questions[number] && given.has(questions[number].dataset.item) ? "done" : "";
  });
  const isEnd = "end" in here.dataset;
  steps.setAttribute("aria-label", isEnd ? t("All questions shown") : t("Question {number} of {count}", { number: at + 1, count: questions.length }));
  document.getElementById("next").textContent = isEnd ? t("Hand in my answers") : t("Next");
  document.getElementById("back").disabled = at === 0;
  if (isEnd) {
    const left = questions.filter((page) => !given.has(page.dataset.item)).length;
    document.getElementById("left-out").textContent = left === 0 ? t("All of them are answered.")
      : left === 1 ? t("One is not answered. You may go back, or hand in as it is.")
      : t("{count} are not answered. You may go back, or hand in as it is.", { count: left });
  }
  if (focus) {
    here.querySelector("legend, h2").focus();
    window.scrollTo(0, 0);
  }
}

function only(part) {
  for (const one of [asking, help, done]) one.hidden = one !== part;
  part.querySelector("h1[tabindex], legend, h2")?.focus();
  window.scrollTo(0, 0);
}

// --- what is said ----------------------------------------------------------------------------------------------------

function tell() {
  state.textContent = unsent ? (navigator.onLine === false ? t("No connection: kept on this phone") : t("Kept on this phone, not sent yet")) : state.textContent;
}

async function said(entry) {
  unsent += 1;
  await store.keep({ reference, staff: reference, id: newId(), at: new Date().toISOString(), ...entry });
  tell();
  await send();
}

async function post(entry) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let answer;
  try {
    answer = await fetch(say, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ kind: entry.kind, id: entry.id, item: entry.item, value: entry.value, at: entry.at, sent: new Date().toISOString() }),
    });
  } catch {
    return { away: true };
  }
  if (answer.ok) return { ok: true, body: await answer.json() };
  if (answer.status === 401) return { signedOut: true };
  if (answer.status >= 500 || answer.status === 429) return { away: true };
  const body = await answer.json().catch(() => ({ message: t("The clinic's server did not take it.") }));
  return { refused: body.message, body };
}

function heard(entry, answer) {
  if (answer.ok) {
    unsent = Math.max(0, unsent - 1);
    state.textContent = unsent === 0 ? t("Saved {at}", { at: answer.body.at }) : t("Sending, {count} to go", { count: unsent });
    if (answer.body.promise) promised(answer.body.promise);
    if (entry.kind === "finish") thank("kiosk" in document.body.dataset ? t("Your answers are with the clinic. Please give the tablet back.") : t("Your answers are with the clinic. You can close this page."));
  } else if (answer.refused) {
    state.textContent = answer.refused;
    if (answer.body?.promise) promised(answer.body.promise);
    else if (entry.kind === "unsafe") promised([answer.refused, t("Please use the numbers above.")]);
  } else if (answer.signedOut) {
    window.location.reload();
  }
}

function promised([first, second]) {
  promise.hidden = false;
  promise.querySelector("b").textContent = first;
  promise.querySelector("p").textContent = second;
}

async function send() {
  const end = await store.drain(reference, post, heard);
  const mine = (await store.kept()).filter((entry) => entry.staff === reference);
  for (const entry of mine) if (entry.refused && store.forget) await store.forget(entry.order);
  unsent = mine.filter((entry) => !entry.refused).length;
  if (end?.away) {
    tell();
    if (!help.hidden && promise.hidden) promised([t("This phone has no connection: the clinic does not know yet."), t("Please use the numbers above. What you said is kept and sent as soon as there is a connection.")]);
  }
}

function thank(words) {
  document.getElementById("done-words").textContent = words;
  only(done);
  if (!promise.hidden) {  // who needs help keeps the numbers in sight
    help.hidden = false;
    document.getElementById("go-on").hidden = true;
  }
}

// --- the page --------------------------------------------------------------------------------------------------------

form.addEventListener("change", (event) => {
  const input = event.target;
  const item = input.closest("[data-item]")?.dataset.item;
  if (!item) return;
  const value = input.value.trim() === "" ? null : Number(input.value);
  if (Number.isNaN(value)) return;
  const keeping = said({ kind: "answer", item, value });
  if ("positive" in input.dataset) {
    promise.hidden = true;
    document.getElementById("help-title").textContent = t("Thank you for telling us. You should not be alone with this.");
    only(help);
    keeping.catch(() => {});
  }
  show(at, false);
});
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("next").addEventListener("click", () => {
  const shown = asked();
  if (!("end" in shown[at].dataset)) return show(at + 1);
  thank(t("Your answers are kept on this phone. They are sent once, as soon as there is a connection; leave this page open until then."));
  return said({ kind: "finish" });
});
document.getElementById("back").addEventListener("click", () => show(at - 1));
document.getElementById("go-on").addEventListener("click", () => { only(asking); show(at); });
document.getElementById("help-now").addEventListener("click", () => {
  document.getElementById("help-title").textContent = t("You should not be alone with this.");
  only(help);
});
document.getElementById("unsafe-form").addEventListener("submit", (event) => {
  event.preventDefault();
  promise.hidden = true;  // what was promised before is not yet true of this
  said({ kind: "unsafe" });
});
window.addEventListener("online", send);
window.addEventListener("offline", tell);
window.setInterval(() => { if (unsent) send(); }, 5000);

phone.classList.add("is-stepping");
document.getElementById("help-now").hidden = false;
for (const entry of await store.kept()) {  // what was tapped before the page was left, and is not sent yet
  if (entry.staff !== reference || entry.kind !== "answer") continue;
  const input = form.querySelector(`[name="${CSS.escape(entry.item)}"][value="${CSS.escape(String(entry.value))}"]`);
  if (input) input.checked = true;
}
unsent = (await store.kept()).filter((entry) => entry.staff === reference && !entry.refused).length;
const given = values();
const first = asked().findIndex((page) => !given.has(page.dataset.item));
show(first, false);
if (!help.hidden) asking.hidden = true;
send();
