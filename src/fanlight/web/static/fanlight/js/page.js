// What every page does: a key of its own for each form, no second tap, focus on what is wrong.
// Without scripts the page still works: the server made a key as well.

/** Give each form a fresh key; the server answers a repeat of the same key with the same answer. */
export function renewKeys(root = document) {
  if (!crypto.randomUUID) return; // no secure context: the server's key stands
  for (const input of root.querySelectorAll("input[data-write-key]")) input.value = crypto.randomUUID();
}

/** Mark the pressed button busy and refuse a second submit until the page is left or shown again. */
function guard(event) {
  const form = event.target;
  if (form.method !== "post" || form.dataset.event || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (button?.dataset.again !== undefined) return; // a file comes back and the page stays: it may be asked for again
  form.dataset.sent = "1";
  if (button) button.setAttribute("aria-busy", "true");
}

function openers(event) {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (dialog) dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target.closest("[data-print]")) window.print();
}

/** The key / opens Find; arrows walk over what was found and back to the words. */
function finder(event) {
  const box = document.getElementById("find");
  if (!box || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "/" && !event.target.closest("input, textarea, select") && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    box.showModal();
    box.querySelector("input[type=search]").select();
  } else if (box.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const stops = [box.querySelector("input[type=search]"), ...box.querySelectorAll("[data-hit]")];
    const here = stops.indexOf(document.activeElement);
    event.preventDefault();
    stops[Math.min(Math.max(here + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
  } else if (box.open && event.key === "Enter" && event.target.matches("input[type=search]")) {
    const first = box.querySelector("[data-hit]");
    if (!first) return; // nothing found yet: the form itself asks the server
    event.preventDefault();
    first.click();
  }
}

document.addEventListener("keydown", finder);
document.addEventListener("submit", guard);
document.addEventListener("click", openers);
window.addEventListener("pageshow", () => {
  renewKeys();
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
document.getElementById("errors")?.focus();
