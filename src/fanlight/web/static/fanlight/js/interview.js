// The interview by keyboard: y, n and u answer the question in hand and go to the next; Enter goes on; the arrow goes back.

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
    line.querySelector(`input[value="${KEYS[event.key]}"]`).checked = isUnsaved = true;
    event.preventDefault();
    onward();
  } else if (!isTyping && line && event.key === "n" && line.querySelector("input[type=checkbox]")) {
    line.querySelector("input[type=checkbox]").checked = isUnsaved = true;
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
form.addEventListener("submit", () => (isUnsaved = false));
addEventListener("beforeunload", (event) => isUnsaved && event.preventDefault());

form.addEventListener("change", (event) => {
  isUnsaved = true;
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
