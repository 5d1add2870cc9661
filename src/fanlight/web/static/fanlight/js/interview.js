// The interview by keyboard: y, n and u answer the question in hand and go to the next; Enter goes on; the arrow goes back.

import { wallClock } from "./clock.js";
import { draftOf, forgetDraft, forgetOthers, keepDraft, sentUnder } from "./drafts.js";

const form = document.getElementById("interview");
const lines = [...form.querySelectorAll(".asked-line")];
const KEYS = { y: "yes", n: "no", u: "unknown" };
let at = Math.max(lines.findIndex((line) => "open" in line.dataset), 0);

function show(next, { typing = true } = {}) {
  at = Math.min(Math.max(next, 0), lines.length);
  lines.forEach((line, place) => line.classList.toggle("is-here", place === at));
  if (at === lines.length) {
    document.getElementById("on").focus();
    return;
  }
  const line = lines[at];
  const field = line.querySelector("select, textarea, input:not([type=radio]):not([type=checkbox])");
  if (field && typing) field.focus({ preventScroll: true });
  else line.focus({ preventScroll: true });
  const { top, bottom } = line.getBoundingClientRect();
  if (top < 90 || bottom > innerHeight - 90) line.scrollIntoView({ block: "center" });
}

/** To the next question nobody has answered; what is known already is passed over, and can be gone to by hand. */
function onward() {
  const next = lines.findIndex((line, place) => place > at && "open" in line.dataset);
  show(next < 0 ? lines.length : next);
}

form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const line = lines[at];
  if (!isTyping && line && KEYS[event.key] && line.dataset.ask === "boolean") {
    line.querySelector(`input[value="${KEYS[event.key]}"]`).checked = true;
    remember();
    event.preventDefault();
    onward();
  } else if (!isTyping && line && event.key === "n" && line.querySelector("input[type=checkbox]")) {
    line.querySelector("input[type=checkbox]").checked = true;
    remember();
    event.preventDefault();
    onward();
  } else if (event.key === "Enter" && !event.target.matches("textarea, button, a") && at < lines.length) {
    event.preventDefault();
    onward();
  } else if (event.key === "ArrowUp" && !isTyping) {
    event.preventDefault();
    show(at - 1, { typing: false });
  } else if (event.key === "ArrowDown" && !isTyping) {
    event.preventDefault();
    show(at + 1, { typing: false });
  }
});

let isUnsaved = false; // a screen is saved whole: whoever leaves it with answers in it is asked first
form.addEventListener("submit", () => {
  isUnsaved = false;
  sentUnder(name, form.elements.write_key.value);
});
addEventListener("beforeunload", (event) => isUnsaved && event.preventDefault());

// What is typed is kept on this device until the server has it: whoever is signed out in the middle finds it again.
const name = form.dataset.draft;
const answers = () => [...new FormData(form)].filter(([field, value]) => /^(fact|list|none)-/.test(field) && value !== "");

function remember() {
  isUnsaved = true;
  if (!crypto.subtle) return; // no secure context: nothing is kept that could not be encrypted
  const opened = ["opened_at", form.elements.opened_at.value];
  if (answers().length) keepDraft(name, form.elements.write_key.value, [opened, ...answers()]);
  else forgetDraft(name);
}

function putBack(entries) {
  for (const [field, value] of entries) {
    for (const input of [...form.elements].filter((one) => one.name === field)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked ||= input.value === value;
      else input.value = value;
    }
  }
  remember();
}

async function offer() {
  forgetOthers(name.split(":")[0]);
  const draft = crypto.subtle && !document.getElementById("errors") ? await draftOf(name) : null;
  if (!draft || answers().length) return;
  const box = document.getElementById("kept");
  box.querySelector("[data-at]").textContent = wallClock(draft.at, form.dataset.zone);
  box.hidden = false;
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-put-back]")) putBack(draft.entries);
    else if (event.target.closest("[data-throw-away]")) forgetDraft(name);
    else return;
    box.hidden = true;
    show(Math.max(lines.findIndex((line) => "open" in line.dataset), 0));
  });
}

offer();

form.addEventListener("input", (event) => event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])") && remember());
form.addEventListener("change", (event) => {
  remember();
  const line = event.target.closest(".asked-line");
  if (line && event.target.matches("input[type=radio]") && !event.target.matches(":focus-visible")) onward();
});

form.addEventListener("focusin", (event) => {
  const line = event.target.closest(".asked-line");
  if (line && lines.indexOf(line) !== at) {
    at = lines.indexOf(line);
    lines.forEach((one, place) => one.classList.toggle("is-here", place === at));
  }
});

if (!document.getElementById("errors")) show(at);
