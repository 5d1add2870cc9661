// Two clocks: the server's, which rules, and this device's, which only claims. How far apart they are is estimated
// from each answer, sent along with every event, and never used to move a time silently.

let offsetMs = 0; // device minus server
let known = false;

/** Learn from an answer: the server's instant, and when the request left and came back by this device. */
export function learn(serverIso, leftAt, backAt) {
  const server = Date.parse(serverIso);
  if (!Number.isFinite(server)) return;
  const sample = (leftAt + backAt) / 2 - server;
  // A slow answer is a poor sample: after the first, half of the round trip must be smaller than the change it asks for.
  if (!known || Math.abs(sample - offsetMs) > (backAt - leftAt) / 2) offsetMs = sample;
  known = true;
}

export const serverNow = () => Date.now() - offsetMs;
export const offsetSeconds = () => (known ? Math.round(offsetMs / 1000) : null);

/** A true instant as this device would have claimed it: the server takes the offset off again. */
export const asClaimed = (trueMs) => new Date(trueMs + offsetMs).toISOString();

const formatters = new Map();

/** The clinic's wall clock, "10:31". */
export function wallClock(ms, zone) {
  if (!formatters.has(zone)) {
    formatters.set(zone, new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }));
  }
  return formatters.get(zone).format(ms);
}

/** Every past instant, newest first, at which the clinic's clock showed "HH:MM": two in the night a clock goes back. */
export function instantsAt(clock, zone, hoursBack = 12) {
  const found = [];
  const minute = Math.floor(serverNow() / 60000) * 60000;
  for (let back = 0; back <= hoursBack * 60; back += 1) {
    const at = minute - back * 60000;
    if (wallClock(at, zone) === clock) found.push(back === 0 ? Math.min(serverNow(), at + 59000) : at);
  }
  return found;
}

/** "3:42", "1:03:42", "+0:40" once it is past. */
export function countdown(dueMs) {
  const seconds = Math.trunc((dueMs - serverNow()) / 1000);
  const left = Math.abs(seconds);
  const [h, m, s] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60];
  const words = h ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
  return (seconds < 0 ? "+" : "") + words;
}
