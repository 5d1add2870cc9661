// The dialogs: what a form holds becomes the payload of one event. Nothing is sent that was not given.
import { instantsAt, serverNow, wallClock } from "./clock.js";

/** The payload of a form: named fields that were filled, by what they are. */
export function payloadOf(form) {
  const payload = {};
  for (const input of form.querySelectorAll("[data-kind]")) {
    const { kind } = input.dataset;
    if (input.type === "radio" && !input.checked) continue;
    if (kind === "many") {
      payload[input.name] ??= [];
      if (input.checked) payload[input.name].push(input.value);
    } else if (input.value.trim() === "") {
      continue;
    } else if (kind === "yes_no") {
      payload[input.name] = input.value === "true";
    } else if (kind === "rows") {
      const columns = input.dataset.columns.split(" ");
      payload[input.name] = input.value.split("\n").filter((line) => line.trim()).map((line) => {
        const parts = line.split(",").map((part) => part.trim());
        return Object.fromEntries(columns.map((column, index) => [column, parts[index]]).filter(([, part]) => part));
      });
    } else if (kind === "list") {
      payload[input.name] = [input.value];
    } else if (kind === "time") {
      const [at] = instantsAt(input.value, document.body.dataset.zone, 24);
      if (at !== undefined) payload[input.name] = new Date(at).toISOString();
    } else {
      payload[input.name] = input.value.trim();
    }
  }
  return payload;
}

/** Required fields left empty, as faults; the server checks again and checks more. */
export function missingIn(form) {
  const faults = [];
  const seen = new Set();
  for (const input of form.querySelectorAll("[required]")) {
    if (seen.has(input.name)) continue;
    seen.add(input.name);
    const filled = input.type === "radio" ? form.querySelector(`[name="${input.name}"]:checked`) : input.value.trim();
    if (!filled) faults.push({ path: input.name, reason: "is needed." });
  }
  return faults;
}

export function showFaults(form, message, faults) {
  clearFaults(form);
  const box = form.querySelector(".form-faults");
  const summary = document.createElement("div");
  summary.className = "error-summary";
  const lead = document.createElement("p");
  lead.textContent = message;
  summary.append(lead);
  const loose = [];
  for (const fault of faults) {
    const name = fault.path.split(".").pop().replace(/\[\d+\]$/, "");
    const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const words = `${fault.reason} ${fault.suggestion ?? ""}`.trim();
    if (!field) {
      loose.push(words);
      continue;
    }
    field.classList.add("is-wrong");
    const line = document.createElement("p");
    line.className = "error";
    line.textContent = words.charAt(0).toUpperCase() + words.slice(1);
    field.append(line);
  }
  for (const words of loose) {
    const line = document.createElement("p");
    line.textContent = words;
    summary.append(line);
  }
  box.replaceChildren(summary);
  const first = form.querySelector(".is-wrong input, .is-wrong textarea") ?? box;
  first.focus?.();
}

export function clearFaults(form) {
  form.querySelector(".form-faults")?.replaceChildren();
  form.querySelectorAll(".is-wrong").forEach((field) => field.classList.remove("is-wrong"));
  form.querySelectorAll(".field > .error").forEach((line) => line.remove());
}

/**
 * The instant a clock time means: undefined where the field is empty, null where nobody can say yet.
 * A time the clinic's clock shows twice in one night is asked back: first or second.
 */
export function takenAt(input) {
  if (!input || !input.value) return undefined;
  const { zone } = document.body.dataset;
  const found = instantsAt(input.value, zone);
  const box = input.closest(".field").querySelector(".which-time");
  if (found.length === 1) {
    if (box) box.hidden = true;
    return found[0];
  }
  if (!box) return found[0] ?? null;
  box.hidden = false;
  if (found.length === 0) {
    box.textContent = `The clinic's clock did not show ${input.value} in the last 12 hours; it is ${wallClock(serverNow(), zone)} now.`;
    return null;
  }
  const chosen = box.querySelector("input:checked");
  if (chosen && box.dataset.clock === input.value) return Number(chosen.value);
  box.dataset.clock = input.value;
  box.replaceChildren(document.createTextNode(`The clock showed ${input.value} twice tonight. Which one?`));
  [...found].reverse().forEach((at, index) => {
    const label = document.createElement("label");
    label.className = "choice";
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = "which-time";
    radio.value = String(at);
    label.append(radio, document.createTextNode(index === 0 ? "the first" : "the second"));
    box.append(label);
  });
  return null;
}
