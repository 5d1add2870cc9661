// The mapping page: what is asked of a column follows what it becomes. Without this the server asks on the next look.

const all = document.getElementById("all-targets");
/** Give a list its choices. A file of hundreds of columns has tens of thousands: the page is there first, they follow. */
function fill(select) {
  const chosen = select.value;
  delete select.dataset.fill;
  select.append(all.content.cloneNode(true));
  if (chosen) {
    select.querySelector(`option[value="${CSS.escape(chosen)}"]`).remove();
    select.value = chosen;
  }
}

function fillSome() {
  const until = performance.now() + 12;
  for (const select of document.querySelectorAll("select[data-fill]")) {
    if (performance.now() > until) {
      setTimeout(fillSome);
      return;
    }
    fill(select);
  }
}

for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => event.target.matches("select[data-fill]") && fill(event.target), true);
}
fillSome();

document.getElementById("mapping-form").addEventListener("change", (event) => {
  const select = event.target.closest('select[name^="target-"]');
  if (!select) return;
  const column = select.closest("[data-column]");
  const { kind = "", units = "" } = select.selectedOptions[0].dataset;
  column.classList.toggle("is-taken", select.value !== "");
  ask(column.querySelector('[data-ask="day"]'), kind === "day");
  const asked = column.querySelector('[data-ask="number"]');
  const list = ask(asked, units !== "");
  while (list.options.length > 2) list.remove(2);
  for (const pair of units ? units.split("|") : []) {
    const [code, words] = pair.split("=");
    list.add(new Option(words, code));
  }
  list.value = "";
});

/** Show or hide a question. A hidden one is not sent: a wide file has more of them than a form may hold. */
function ask(field, isAsked) {
  const list = field.querySelector("select");
  field.hidden = !isAsked;
  list.disabled = !isAsked;
  return list;
}
