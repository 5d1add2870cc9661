// A part of the page marked data-keep is changed under somebody's hands. What they wrote, what they opened and where they
// stood is carried over into its new form; a part whose form is on its way is left alone until the answer is here.
import { renewKeys } from "./page.js";

const kept = new Map();

const handleOf = (element) =>
  element.id ? `#${CSS.escape(element.id)}` : element.name ? `${element.localName}[name="${CSS.escape(element.name)}"]` : "";

function summaries(part) {
  return [...part.querySelectorAll("details > summary")];
}

function remember(part) {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  const written = [...part.querySelectorAll("input:not([type=hidden]), textarea, select")]
    .filter((field) => field.name)
    .map((field) => ({ name: field.name, value: field.value, checked: field.checked, type: field.type }));
  kept.set(part.id, {
    written,
    open: summaries(part).filter((line) => line.parentElement.open).map((line) => line.textContent.trim()),
    focus: active ? { handle: handleOf(active), tag: active.localName, words: active.textContent.trim(), from: active.selectionStart } : null,
  });
}

function restore(part) {
  const had = kept.get(part.id);
  if (!had) return;
  kept.delete(part.id);
  for (const { name, value, checked, type } of had.written) {
    for (const field of part.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (type === "radio" || type === "checkbox") {
        if (field.value === value) field.checked = checked;
      } else if (value) {
        field.value = value;
      }
    }
  }
  for (const line of summaries(part)) {
    if (had.open.includes(line.textContent.trim())) line.parentElement.open = true;
  }
  if (had.focus && !part.contains(document.activeElement)) {
    const { handle, tag, words, from } = had.focus;
    const again = (handle && part.querySelector(handle)) || [...part.querySelectorAll(tag)].find((element) => element.textContent.trim() === words);
    if (again) {
      again.focus({ preventScroll: true });
      if (typeof from === "number" && again.setSelectionRange && again.type !== "number") again.setSelectionRange(from, from);
    } else if (part.querySelector("h1, h2")) {
      const head = part.querySelector("h1, h2"); // what stood here is gone: the reader is told what the part is now
      head.tabIndex = -1;
      head.focus({ preventScroll: true });
    }
  }
  renewKeys(part);
}

function before(event) {
  const part = event.detail.target;
  if (!part?.matches?.("[data-keep][id]")) return;
  if (part.querySelector("form[data-sent]")) event.detail.shouldSwap = false;
  else if (event.detail.shouldSwap !== false) remember(part);
}

document.addEventListener("htmx:beforeSwap", before);
document.addEventListener("htmx:oobBeforeSwap", before);
document.addEventListener("htmx:afterSwap", () => {
  for (const id of [...kept.keys()]) {
    const part = document.getElementById(id);
    if (part) restore(part);
  }
});
