// Entries that wait on this device, shown as what they are: hollow and dashed on the chart, a line of their own above the
// stream, and, where one lies beyond a signed limit, "outside the limit shown; not yet judged".
import { wallClock } from "./clock.js";
import { beyond, gravest } from "./pad.js";

const SVG = "http://www.w3.org/2000/svg";
const NAMES = {
  systolic_mmhg: ["systolic", "mmHg"],
  diastolic_mmhg: ["diastolic", "mmHg"],
  heart_rate_per_min: ["heart", "/min"],
  spo2_percent: ["SpO₂", "%"],
  respiratory_rate_per_min: ["breaths", "/min"],
  sedation_moaas: ["MOAA/S", ""],
  dissociation_0_10: ["dissociation", "of 10"],
  distress_0_10: ["distress", "of 10"],
};

/** The readings an event holds, by measure. */
export function readingsOf(entry) {
  if (entry.kind === "vitals") return Object.entries(entry.payload).filter(([name]) => name in NAMES);
  if (entry.kind === "sedation") return [["sedation_moaas", entry.payload.moaas]];
  if (entry.kind === "dissociation") return [["dissociation_0_10", entry.payload.score]];
  if (entry.kind === "distress") return [["distress_0_10", entry.payload.score]];
  return [];
}

function element(name, attributes, words) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (words !== undefined) made.textContent = words;
  return made;
}

/** One line for each kept entry of this session; `onRemove` is called for one that was not accepted. */
export function listKept(box, entries, { zone, limits, phase, labels, onRemove, others }) {
  box.replaceChildren();
  if (others) box.append(element("p", { class: "note" }, `${others} kept here by another person: they are sent when that person signs in.`));
  for (const entry of entries) {
    const row = element("div", { class: "alert kept-row" });
    const said = readingsOf(entry).map(([name, value]) => `${NAMES[name][0]} ${value} ${NAMES[name][1]}`.trim());
    const words = said.length ? said.join(" · ") : (labels[entry.kind] ?? entry.kind ?? "Entry");
    const body = element("div", {});
    body.append(element("p", { class: "what" }, `${entry.true_at ? wallClock(entry.true_at, zone) + " · " : ""}${words}`));
    const past = readingsOf(entry).map(([name, value]) => [NAMES[name][0], gravest(beyond(limits, phase, name, value))]).filter(([, limit]) => limit);
    if (entry.refused) {
      body.append(element("p", { class: "why" }, `Not accepted: ${entry.refused}`));
      const remove = element("button", { class: "button", type: "button" }, "Remove");
      remove.addEventListener("click", () => onRemove(entry));
      row.append(body, remove);
    } else {
      body.append(element("p", { class: "why" }, "Kept on this tablet, not yet on the server."));
      for (const [name, limit] of past) body.append(element("p", { class: "outside" }, `${name.charAt(0).toUpperCase()}${name.slice(1)} is outside the limit shown (${limit.words}); not yet judged.`));
      row.append(body);
    }
    box.append(row);
  }
}

/** Hollow, dashed marks on the chart the server drew. Its scales stand in its own attributes. */
export function drawKept(chart, entries, zeroMs) {
  chart?.querySelectorAll(".kept-mark").forEach((mark) => mark.remove());
  if (!chart || !Number.isFinite(zeroMs)) return;
  const [first, last] = [Number(chart.dataset.first), Number(chart.dataset.last)];
  const lane = (name) => {
    const [low, high, top, bottom] = chart.dataset[name].split(" ").map(Number);
    return (value) => bottom - ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (bottom - top);
  };
  const pressure = lane("pressure");
  const saturation = lane("saturation");
  const rating = lane("dissociation");
  for (const entry of entries) {
    if (entry.refused || !entry.true_at) continue;
    const minute = Math.min(Math.max((entry.true_at - zeroMs) / 60000, first), last);
    const x = 52 + ((minute - first) / Math.max(last - first, 1)) * 592;
    const add = (name, attributes) => {
      const mark = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries({ ...attributes, class: `kept-mark is-kept ${attributes.class}` })) mark.setAttribute(key, value);
      chart.append(mark);
    };
    for (const [name, text] of readingsOf(entry)) {
      const value = Number(text);
      if (name === "systolic_mmhg") add("path", { class: "m-bp", d: `M${x - 6} ${pressure(value) - 1}h12l-6 8z` });
      if (name === "diastolic_mmhg") add("path", { class: "m-bp", d: `M${x - 6} ${pressure(value) + 1}h12l-6 -8z` });
      if (name === "heart_rate_per_min") add("circle", { class: "m-hr", cx: x, cy: pressure(value), r: 5.5 });
      if (name === "spo2_percent") add("rect", { class: "m-spo2", x: x - 5, y: saturation(value) - 5, width: 10, height: 10 });
      if (name === "dissociation_0_10") add("rect", { class: "s-diss", x: x - 6, y: rating(value), width: 12, height: Math.max(390 - rating(value), 2) });
    }
  }
}
