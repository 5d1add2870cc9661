// The number pad: five taps for 142/88. It moves on by itself when a number can only be whole, starts from the last value
// on the first step up or down, and holds nothing that was not tapped.

/** True when another digit could not belong to this reading. */
export function isWhole(measure, digits) {
  const first = digits[0];
  if (measure === "respiratory_rate_per_min") return digits.length >= 2;
  if (measure === "spo2_percent") return digits.length >= (first === "1" ? 3 : 2);
  if (digits.length >= 3) return true;
  return digits.length === 2 && first >= "3";
}

export class Pad {
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
    this.values = new Map();
    this.tiles = [...root.querySelectorAll("[data-measure]")];
    this.active = this.tiles[0];
    this.fresh = true; // the next digit starts a new number
    root.addEventListener("click", (event) => {
      const tile = event.target.closest("[data-measure]");
      if (tile) this.choose(tile);
      const key = event.target.closest("[data-key]");
      if (key) this.press(key.dataset.key);
    });
  }

  choose(tile) {
    this.active = tile;
    this.fresh = true;
    for (const other of this.tiles) other.setAttribute("aria-pressed", String(other === tile));
  }

  press(key) {
    const measure = this.active.dataset.measure;
    const held = this.values.get(measure) ?? "";
    if (key === "next") return this.advance();
    if (key === "clear") return this.set(measure, "");
    if (key === "erase") return this.set(measure, held.slice(0, -1));
    if (key === "up" || key === "down") {
      const start = held || this.active.dataset.last;
      if (!start) return undefined;
      const value = held ? Number(held) + (key === "up" ? 1 : -1) : Number(start);
      this.fresh = true;
      return this.set(measure, String(Math.max(0, value)));
    }
    const digits = (this.fresh ? "" : held) + key;
    if (digits.length > 3) return undefined;
    this.fresh = false;
    this.set(measure, digits.replace(/^0+(?=\d)/, ""));
    if (isWhole(measure, this.values.get(measure) ?? "")) this.advance();
    return undefined;
  }

  /** To the next reading that is still empty. */
  advance() {
    const start = this.tiles.indexOf(this.active);
    const after = [...this.tiles.slice(start + 1), ...this.tiles.slice(0, start)];
    const next = after.find((tile) => !this.values.has(tile.dataset.measure));
    if (next) this.choose(next);
    else this.fresh = true;
  }

  set(measure, value) {
    if (value === "") this.values.delete(measure);
    else this.values.set(measure, value);
    const tile = this.tiles.find((each) => each.dataset.measure === measure);
    tile.classList.toggle("has-value", value !== "");
    tile.querySelector(".v").textContent = value === "" ? "—" : value;
    this.onChange();
  }

  clear() {
    for (const tile of this.tiles) {
      this.values.delete(tile.dataset.measure);
      tile.classList.remove("has-value", "is-past");
      tile.querySelector(".v").textContent = "—";
    }
    this.choose(this.tiles[0]);
    this.onChange();
  }

  /** Last values and what is due, from the server. What is being entered is left alone. */
  refresh(tiles) {
    for (const said of tiles) {
      const tile = this.tiles.find((each) => each.dataset.measure === said.measure);
      if (!tile) continue;
      tile.dataset.last = said.last;
      tile.classList.toggle("is-due", said.due);
      tile.querySelector(".l").textContent = said.last ? `last ${said.last}` : tile.querySelector(".l").textContent;
    }
  }
}

/** The signed limits a value is beyond, in the phase the session is in: all this device may say of a reading. */
export function beyond(limits, phase, measure, value) {
  const number = Number(value);
  return limits.filter((limit) => {
    if (limit.measure !== measure || limit.phase !== phase) return false;
    const edge = Number(limit.value);
    switch (limit.relation) {
      case "above": return number > edge;
      case "at_or_above": return number >= edge;
      case "below": return number < edge;
      case "at_or_below": return number <= edge;
      case "rise_at_or_above": return limit.baseline !== null && number - Number(limit.baseline) >= edge;
      default: return true; // a relation this page does not know is never passed over in silence
    }
  });
}

const GRAVITY = ["alert", "hold", "repeat", "stop"];

/** The gravest of several limits passed by one value: one sentence is enough. */
export function gravest(limits) {
  return limits.reduce((worst, limit) => (!worst || GRAVITY.indexOf(limit.response) > GRAVITY.indexOf(worst.response) ? limit : worst), null);
}
