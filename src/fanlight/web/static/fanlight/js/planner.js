// A visit of a course is dragged to another day of the calendar, with a pointer or a finger. Letting go asks the server what
// the move would do, at the same address as the form: nothing is changed here. A press without a drag is the link it always was.
const FAR_PX = 6; // less is a press
const EDGE_PX = 56; // this near the top or the bottom of the window, the page rolls on
const STEP_PX = 9;

const note = document.getElementById("drag-note");
const hint = note?.textContent ?? "";
let drag = null;
let swallow = false; // the click that ends a drag is not a press

const say = (words) => {
  if (note && note.textContent !== words) note.textContent = words;
};

function ghostOf(chip) {
  const ghost = document.createElement("div");
  ghost.className = "drag-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.append(chip.querySelector("b").cloneNode(true), document.createElement("span"));
  document.body.append(ghost);
  return ghost;
}

/** The day, or the passed-over weeks, under the pointer. */
function placeAt(x, y) {
  return document.elementFromPoint(x, y)?.closest(".calendar td[data-on], .calendar td[data-weeks]") ?? null;
}

function over(place) {
  if (drag.place !== place) drag.place?.classList.remove("is-over", "is-refusing");
  drag.place = place;
  const words = drag.ghost.querySelector("span");
  if (!place || place === drag.from) {
    words.textContent = "";
    say(hint);
    return;
  }
  const refuses = place.dataset.refuses;
  place.classList.add(refuses ? "is-refusing" : "is-over");
  words.textContent = refuses ? `${place.dataset.words}: ${refuses}` : (place.dataset.words ?? "these weeks");
  if (refuses) say(`Not on ${place.dataset.words}: ${refuses}.`);
  else if (place.dataset.on) say(`Session ${drag.number} to ${place.dataset.words}: let go to see what it does.`);
  else say(`Let go to see these weeks and choose a day for session ${drag.number}.`);
}

function follow() {
  if (!drag?.ghost) return;
  over(placeAt(drag.x, drag.y));
  const x = Math.max(0, Math.min(drag.x - 20, innerWidth - drag.ghost.offsetWidth - 4));
  drag.ghost.style.transform = `translate(${x}px, ${Math.max(0, drag.y - drag.ghost.offsetHeight - 4)}px)`;
}

function roll() {
  if (!drag?.ghost) return;
  const by = drag.y < EDGE_PX ? -STEP_PX : drag.y > innerHeight - EDGE_PX ? STEP_PX : 0;
  if (by) {
    scrollBy({ top: by, behavior: "instant" });
    follow();
  }
  requestAnimationFrame(roll);
}

function begin() {
  drag.ghost = ghostOf(drag.chip);
  drag.chip.classList.add("is-lifted");
  document.documentElement.classList.add("is-dragging");
  requestAnimationFrame(roll);
}

function end() {
  drag.place?.classList.remove("is-over", "is-refusing");
  drag.ghost?.remove();
  drag.chip.classList.remove("is-lifted");
  document.documentElement.classList.remove("is-dragging");
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  const chip = event.target.closest("a[data-lift]");
  if (!chip || drag || !event.isPrimary || event.button !== 0) return;
  swallow = false;
  drag = { chip, id: event.pointerId, number: chip.dataset.lift, from: chip.closest("td"), x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY, place: null, ghost: null };
  chip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  drag.x = event.clientX;
  drag.y = event.clientY;
  if (!drag.ghost) {
    if (Math.hypot(drag.x - drag.startX, drag.y - drag.startY) < FAR_PX) return;
    begin();
  }
  follow();
});

document.addEventListener("pointerup", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  const { ghost, place, from, number } = drag;
  const refused = place?.dataset.refuses ? note.textContent : "";
  end();
  if (!ghost) return; // a press: the link is followed
  swallow = true;
  if (!place || place === from) return say(hint);
  if (refused) return say(refused);
  const query = new URLSearchParams(place.dataset.on ? { move: number, to: place.dataset.on } : { move: number });
  say("Being worked out.");
  location.assign(`${location.pathname}?${query}#${place.dataset.on ? "change" : "choose"}`);
});

document.addEventListener("pointercancel", () => drag && (end(), say(hint)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag?.ghost) {
    event.preventDefault();
    end();
    swallow = true;
    say(hint);
  }
});
document.addEventListener("click", (event) => {
  if (swallow && event.target.closest("a[data-lift]")) event.preventDefault();
  swallow = false;
}, true);
document.addEventListener("dragstart", (event) => event.target.closest?.("a[data-lift]") && event.preventDefault());
