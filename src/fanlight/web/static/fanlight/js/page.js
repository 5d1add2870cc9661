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
  form.dataset.sent = "1";
  const button = event.submitter;
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

document.addEventListener("submit", guard);
document.addEventListener("click", openers);
window.addEventListener("pageshow", () => {
  renewKeys();
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
document.getElementById("errors")?.focus();
