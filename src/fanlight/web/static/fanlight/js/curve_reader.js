// A pointer along a curve: at each time, the middle level and the band, in words. Without this script the table says the same.
const ns = "http://www.w3.org/2000/svg";

function clock(hours) {
  const minutes = Math.round(hours * 60);
  return minutes < 120 ? `${minutes} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}

for (const box of document.querySelectorAll("[data-curve]")) {
  const { hours, low, middle, high, unit } = JSON.parse(box.querySelector("script").textContent);
  const svg = box.querySelector("svg");
  const input = box.querySelector("input");
  const output = box.querySelector("output");
  const { left, right, top, base } = Object.fromEntries(Object.entries(svg.dataset).map(([name, value]) => [name, Number(value)]));
  const line = document.createElementNS(ns, "path");
  line.setAttribute("class", "now-line");
  svg.append(line);
  const round = (value) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));
  const read = () => {
    const k = Number(input.value);
    const x = left + (hours[k] / hours.at(-1)) * (right - left);
    line.setAttribute("d", `M${x} ${top}V${base}`);
    const band = low.length ? `; 90 of 100 people lie between ${round(low[k])} and ${round(high[k])}` : "";
    output.textContent = `After ${clock(hours[k])}: about ${round(middle[k])} ${unit}${band}.`;
  };
  input.max = String(hours.length - 1);
  input.value = String(middle.indexOf(Math.max(...middle)));
  input.addEventListener("input", read);
  box.querySelector(".curve-reader").hidden = false;
  read();
}
