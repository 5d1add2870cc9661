// The session page at the chair: entering, keeping, sending, and showing what the server says. It judges nothing:
// whether a dose may start or a patient may leave is the server's answer alone.
import { asClaimed, countdown, instantsAt, learn, offsetSeconds, serverNow, wallClock } from "./clock.js";
import { clearFaults, missingIn, payloadOf, showFaults, takenAt } from "./forms.js";
import { drawKept, listKept } from "./marks.js";
import * as outbox from "./outbox.js";
import { Pad, beyond, gravest } from "./pad.js";

const page = document.body.dataset;
const $ = (selector, root = document) => root.querySelector(selector);
const token = $("input[name=csrfmiddlewaretoken]").value;
const labels = Object.fromEntries([...document.querySelectorAll("dialog form[data-event]")].map((form) => [form.dataset.event, form.closest("dialog").querySelector("h2").textContent]));
let limits = JSON.parse($("#limits").textContent);
let phase = page.phase;
let digest = "";
let link = "on"; // on, away, signed-out
let awaySince = null;
learn(page.now, Date.now(), Date.now());

// ---- talking to the server ---------------------------------------------------------------------------------

async function ask(url, options = {}) {
  const leftAt = Date.now();
  try {
    const answer = await fetch(url, {
      ...options,
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(8000),
      headers: { "X-CSRFToken": token, "X-Fanlight-Client": "1", "Content-Type": "application/json", ...options.headers },
    });
    if (answer.status === 401 || answer.type === "opaqueredirect") return { signedOut: true };
    if (answer.status >= 500) return { away: true };
    const now = answer.headers.get("X-Fanlight-Now");
    if (now) learn(now, leftAt, Date.now());
    const body = answer.status === 204 ? null : await answer.json();
    return { status: answer.status, body };
  } catch {
    return { away: true };
  }
}

/** Send one kept entry; what the server answered, in the outbox's words. */
async function send(entry) {
  const { event_id, kind, payload, taken_at, entered_at, clock_offset_seconds } = entry;
  const answer = await ask(`/api/sessions/${entry.reference}/events`, {
    method: "POST",
    body: JSON.stringify({ event_id, kind, payload, taken_at, entered_at, clock_offset_seconds }),
  });
  if (answer.away || answer.signedOut) return answer;
  if (answer.status === 200) return { ok: true };
  const faults = answer.body?.faults ?? [];
  const sentence = [answer.body?.message?.split("\n")[0] ?? "The server did not accept it.", ...faults.map((fault) => `${fault.reason} ${fault.suggestion ?? ""}`.trim())].join(" ");
  return { refused: sentence, faults, message: answer.body?.message?.split("\n")[0] ?? "" };
}

// ---- saying something --------------------------------------------------------------------------------------

function eventOf(kind, payload, trueMs) {
  return {
    reference: page.reference,
    staff: page.staff,
    event_id: crypto.randomUUID(),
    kind,
    payload,
    true_at: trueMs,
    taken_at: asClaimed(trueMs),
    entered_at: new Date().toISOString(),
    clock_offset_seconds: offsetSeconds(),
  };
}

/** Keep the events on this device, then send. Answers "saved" only when the server has every one of them. */
async function say(events) {
  const answers = new Map();
  for (const event of events) await outbox.keep(event);
  const mine = new Set(events.map((event) => event.event_id));
  const end = await flush((entry, answer) => mine.has(entry.event_id) && answers.set(entry.event_id, answer));
  const refused = [...answers.values()].find((answer) => answer.refused);
  if (refused) {
    for (const entry of await outbox.kept()) if (mine.has(entry.event_id) && entry.refused) await outbox.forget(entry.order);
    await showKept();
    return { refused };
  }
  if (answers.size === events.length && [...answers.values()].every((answer) => answer.ok)) return { saved: true };
  return { kept: true, signedOut: end?.signedOut };
}

async function flush(also = () => {}) {
  const end = await outbox.drain(page.staff, send, also);
  setLink(end.signedOut ? "signed-out" : end.away ? "away" : "on");
  await showKept();
  return end;
}

async function showKept() {
  const all = await outbox.kept();
  const own = all.filter((entry) => entry.staff === page.staff);
  const here = own.filter((entry) => entry.reference === page.reference);
  const others = all.length - own.length;
  const onRemove = async (entry) => { await outbox.forget(entry.order); await showKept(); };
  listKept($("#kept"), here, { zone: page.zone, limits, phase, labels, onRemove, others });
  drawKept($("#part-chart svg.chart"), here, Date.parse($("#part-chart [data-zero]")?.dataset.zero));
  const badge = $("#link-state");
  const waiting = own.filter((entry) => !entry.refused).length;
  const refused = own.length - waiting;
  const words = link === "away" ? "No server" : link === "signed-out" ? "Signed out" : waiting ? "Sending" : "Saved on server";
  const parts = [words, waiting ? `${waiting} kept here` : "", refused ? `${refused} not accepted` : ""].filter(Boolean);
  $("[data-words]", badge).textContent = parts.join(" · ");
  badge.classList.toggle("is-off", link !== "on" || waiting > 0 || refused > 0);
}

function setLink(state) {
  if (state === link) return;
  link = state;
  awaySince = state === "on" ? null : serverNow();
  const banner = $("#offline");
  banner.hidden = state === "on";
  $("#main").classList.toggle("is-stale", state !== "on");
  if (state !== "on") {
    $(".title", banner).textContent = state === "away" ? `The server cannot be reached since ${wallClock(awaySince, page.zone)}.` : "You are signed out.";
    if (state === "signed-out" && !$("a", banner)) {
      const again = document.createElement("a");
      again.className = "button";
      again.href = `/accounts/login/?next=${location.pathname}`;
      again.textContent = "Sign in again";
      banner.firstElementChild.append(again);
    }
  }
  for (const part of document.querySelectorAll("[data-intention] [data-needs-server]")) part.classList.toggle("outside", state !== "on");
}

function toast(words, isBad = false) {
  const made = document.createElement("div");
  made.className = "toast";
  made.textContent = words;
  if (isBad) made.classList.add("toast-bad");
  $("#toasts").replaceChildren(made);
  setTimeout(() => made.remove(), isBad ? 12000 : 5000);
}

function tell(result, words) {
  if (result.saved) toast(`${words} saved ${wallClock(serverNow(), page.zone)}`);
  else if (result.signedOut) toast(`${words} kept here. Sign in again to send.`, true);
  else toast(`${words} kept here, and sent when the server is back.`);
}

// ---- vitals ------------------------------------------------------------------------------------------------

let takenMs = null; // null: now
let isResting = false;
const vitals = $("#vitals");
const pad = vitals ? new Pad($("[data-pad]", vitals), readVitals) : null;

const score = (name) => $(`[name=${name}]:checked`, vitals)?.value;

/** The air breathed belongs to a saturation: without it nobody can say that it was room air. */
const air = () => (pad.values.has("spo2_percent") && score("breathing") ? { breathing: score("breathing") } : {});

function vitalEvents() {
  const at = takenMs ?? serverNow();
  const events = [];
  if (pad.values.size) events.push(eventOf("vitals", { ...Object.fromEntries(pad.values), ...air() }, at));
  if (score("moaas") !== undefined) events.push(eventOf("sedation", { moaas: score("moaas") }, at));
  if (score("dissociation") !== undefined) events.push(eventOf("dissociation", { score: score("dissociation") }, at));
  if (score("distress") !== undefined) events.push(eventOf("distress", { score: score("distress") }, at));
  if (isResting) events.push(eventOf("resting_not_asked", { is_rousable: true }, at));
  return events;
}

/** What stands in the form, said on its button before anything is saved. */
function readVitals() {
  const count = pad.values.size + ["moaas", "dissociation", "distress"].filter((name) => score(name) !== undefined).length + (isResting ? 1 : 0);
  const button = $("[type=submit]", vitals);
  button.disabled = count === 0;
  button.textContent = count ? `Save ${count} reading${count === 1 ? "" : "s"}` : "Save readings";
  const left = pad.tiles.filter((tile) => tile.classList.contains("is-due") && !pad.values.has(tile.dataset.measure));
  const names = left.map((tile) => tile.dataset.label).join(", ");
  $("#save-note").textContent = count === 0 ? "Nothing entered yet. What is left out stays due." : pad.values.has("spo2_percent") && !score("breathing") ? "Say whether the SpO₂ is on room air or oxygen." : names ? `Not taken: ${names}. It stays due.` : `Taken ${takenMs ? `at ${wallClock(takenMs, page.zone)}` : "now"}.`;
  if (Number(score("dissociation") ?? 0) >= 5) $("#distress-block").hidden = false;
  const past = [...pad.values].map(([measure, value]) => gravest(beyond(limits, phase, measure, value))).filter(Boolean);
  for (const tile of pad.tiles) tile.classList.toggle("is-past", past.some((limit) => limit.measure === tile.dataset.measure));
  const outside = $("#outside");
  const [high, low] = [pad.values.get("systolic_mmhg"), pad.values.get("diastolic_mmhg")];
  const swapped = high && low && Number(high) < Number(low) ? "Systolic is below diastolic: check which number is which." : "";
  const words = swapped || (past.length ? `Outside the limit shown (${past.map((limit) => limit.words).join("; ")}); not yet judged.` : "");
  outside.hidden = !words;
  outside.textContent = words;
  const taken = $("[data-taken-words]", vitals);
  taken.textContent = takenMs === null ? "taken now" : `taken ${wallClock(takenMs, page.zone)}`;
}

async function saveVitals(event) {
  event.preventDefault();
  const button = $("[type=submit]", vitals);
  if (button.disabled || button.getAttribute("aria-busy")) return;
  const events = vitalEvents();
  if (!events.length) return;
  const words = button.textContent.replace("Save ", "");
  button.setAttribute("aria-busy", "true");
  const result = await say(events).finally(() => button.removeAttribute("aria-busy"));
  if (result.refused) {
    toast(result.refused.refused, true);
    return;
  }
  tell(result, words);
  const breathing = score("breathing"); // the air breathed stays said until it is said otherwise
  vitals.reset();
  if (breathing) $(`[name=breathing][value=${breathing}]`, vitals).checked = true;
  isResting = false;
  takenMs = null;
  $("[data-rest]", vitals).setAttribute("aria-pressed", "false");
  pad.clear();
  poll();
}

if (vitals) {
  vitals.addEventListener("submit", saveVitals);
  vitals.addEventListener("change", readVitals);
  vitals.addEventListener("click", (event) => {
    const back = event.target.closest("[data-back]");
    if (back) takenMs = (takenMs ?? serverNow()) - Number(back.dataset.back) * 60000;
    const rest = event.target.closest("[data-rest]");
    if (rest) {
      isResting = !isResting;
      rest.setAttribute("aria-pressed", String(isResting));
    }
    if (back || rest) readVitals();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open]") || event.metaKey || event.ctrlKey) return;
    if (/^\d$/.test(event.key)) pad.press(event.key);
    else if (event.key === "Backspace") pad.press("erase");
    else return;
    event.preventDefault();
  });
}

// ---- dialogs -----------------------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-event]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  clearFaults(form);
  const missing = missingIn(form);
  if (missing.length) return showFaults(form, "Not saved yet.", missing);
  const at = takenAt($("[data-taken]", form));
  if (at === null) return undefined;
  form.dataset.busy = "1";
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  try {
    if ("intention" in form.dataset && at === undefined) await intend(form);
    else await sayForm(form, at ?? serverNow());
  } finally {
    delete form.dataset.busy;
    button?.removeAttribute("aria-busy");
  }
  return undefined;
});

async function sayForm(form, at) {
  const kind = form.dataset.event;
  const payload = payloadOf(form);
  if (kind === "amended" && !amend(form, payload)) return;
  if (kind === "wasted" && $("[name=second_name]", form).value.trim()) return witnessed(form, eventOf(kind, payload, at));
  const targets = kind === "amended" ? payload.amends.split(" ") : [null];
  const events = targets.map((target) => eventOf(kind, target ? { ...payload, amends: target } : payload, at));
  const result = await say(events);
  if (result.refused) {
    showFaults(form, result.refused.message || "Not saved.", result.refused.faults ?? []);
    return;
  }
  form.reset();
  form.closest("dialog").close();
  tell(result, labels[kind] ?? "Entry");
  poll();
}

/** Waste before a witness goes straight to the server: a password is never kept on this device. */
async function witnessed(form, { event_id, kind, payload, taken_at, entered_at, clock_offset_seconds }) {
  const second = { username: $("[name=second_name]", form).value.trim(), password: $("[name=second_password]", form).value, code: $("[name=second_code]", form)?.value.trim() ?? "" };
  form.dataset.eventId ??= event_id;
  const body = { event_id: form.dataset.eventId, kind, payload, taken_at, entered_at, clock_offset_seconds, second };
  const answer = await ask(`/api/sessions/${page.reference}/events`, { method: "POST", body: JSON.stringify(body) });
  if (answer.status === 200) {
    delete form.dataset.eventId;
    form.reset();
    form.closest("dialog").close();
    toast(`${labels[kind]}: saved ${wallClock(serverNow(), page.zone)}`);
    poll();
  } else if (answer.away) {
    showFaults(form, "The server cannot be reached, so the witness cannot sign in. Take the witness's name away to keep the waste here; the witness is then owed.", []);
  } else {
    showFaults(form, answer.body?.message?.split("\n")[0] ?? "You are signed out.", answer.body?.faults ?? []);
  }
}

/** A correction strikes, or gives another time; never both, never neither. */
function amend(form, payload) {
  if ($("[name=how]:checked", form).value === "struck") {
    payload.is_struck = true;
    return true;
  }
  const field = $("[data-correct-time]", form);
  const at = takenAt(field);
  if (typeof at !== "number") {
    showFaults(form, "Not saved yet.", [{ path: "taken_at", reason: "Give the time it happened." }]);
    return false;
  }
  payload.taken_at = new Date(at).toISOString();
  return true;
}

/** An intention asks the server's gates; without the server it waits, and the page says so. */
async function intend(form) {
  const overrides = [...form.querySelectorAll("[data-override]")].filter((box) => box.value.trim()).map((box) => ({ rule: box.dataset.override, reason: box.value.trim() }));
  form.dataset.eventId ??= crypto.randomUUID();
  const answer = await ask(`/sessions/${page.reference}/give/`, {
    method: "POST",
    body: JSON.stringify({ kind: form.dataset.event, event_id: form.dataset.eventId, payload: payloadOf(form), overrides, second_name: $("[name=second_name]", form)?.value ?? "", second_password: $("[name=second_password]", form)?.value ?? "", second_code: $("[name=second_code]", form)?.value.trim() ?? "" }),
  });
  if (answer.away) return showFaults(form, "The server cannot be reached, so its gates cannot be asked. Begin only by the downtime sheet, then record it here with its time.", []);
  if (answer.signedOut) return setLink("signed-out");
  if (answer.status === 200) {
    delete form.dataset.eventId;
    form.reset();
    form.closest("dialog").close();
    toast(`${labels[form.dataset.event]}: saved ${wallClock(serverNow(), page.zone)}`);
    poll();
    return undefined;
  }
  showGate(form, answer.body);
  return undefined;
}

function showGate(form, refusal) {
  const box = $(".gate-answers", form);
  const list = document.createElement("ul");
  list.className = "gate-list";
  for (const fault of refusal.faults ?? []) {
    const line = document.createElement("li");
    const what = document.createElement("p");
    what.className = "what";
    what.textContent = fault.reason;
    const how = document.createElement("p");
    how.className = "why";
    how.textContent = fault.suggestion ?? "";
    line.append(what, how);
    if (!["session", "order"].includes(fault.path) && !/^Nobody/.test(fault.suggestion ?? "")) {
      const label = document.createElement("label");
      label.textContent = "A prescriber goes past it, because ";
      const reason = document.createElement("textarea");
      reason.className = "textarea";
      reason.rows = 2;
      reason.dataset.override = fault.path;
      label.append(reason);
      line.append(label);
    }
    list.append(line);
  }
  const lead = document.createElement("p");
  lead.className = "outside";
  lead.textContent = refusal.message ?? "The gate does not let this pass.";
  box.replaceChildren(lead, list);
  lead.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", async (event) => {
  const from = event.target.closest("[data-from]");
  if (from) document.getElementById(from.dataset.from)?.close();
  const quick = event.target.closest("[data-quick]");
  if (quick && !quick.getAttribute("aria-busy")) {
    quick.setAttribute("aria-busy", "true");
    const result = await say([eventOf(quick.dataset.quick, JSON.parse(quick.dataset.payload), serverNow())]).finally(() => quick.removeAttribute("aria-busy"));
    if (result.refused) toast(result.refused.refused, true);
    else tell(result, quick.textContent.trim());
    poll();
  }
  fill(event.target.closest("[data-acknowledge]"), "acknowledge", "alert", "acknowledge");
  fill(event.target.closest("[data-explain]"), "explain", "about", "explain");
  fill(event.target.closest("[data-missed]"), "missed", "readings", "missed");
  const correcting = event.target.closest("[data-correct]");
  fill(correcting, "correct", "amends", "correct");
  if (correcting) {
    const way = $("[data-correct-values]");
    way.href = `${way.dataset.href}?${correcting.dataset.correct.split(" ").map((id) => `entry=${encodeURIComponent(id)}`).join("&")}`;
  }
  if (event.target.closest("[data-theme-switch]")) {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === "dim" ? "paper" : "dim";
    document.cookie = `fanlight_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  }
  if (event.target.closest("[data-take-now]")) setTaken(null);
  if (event.target.closest("[data-take-time]")) {
    const at = takenAt($("#vitals-taken"));
    if (typeof at === "number") setTaken(at);
  }
});

function setTaken(at) {
  takenMs = at;
  $("#taken-at").close();
  readVitals();
}

/** Open a dialog about one alert, one missed reading or one line of the stream. */
function fill(button, dialogId, field, key) {
  if (!button) return;
  const dialog = document.getElementById(dialogId);
  dialog.querySelector("form").reset();
  $(`[name=${field}]`, dialog).value = button.dataset[key];
  $("[data-sentence]", dialog).textContent = button.dataset.sentence ?? button.dataset.missedLabel ?? "";
  dialog.showModal();
}

// ---- what moves by itself: figures of the countdown, and the server's answers -------------------------------

function tick() {
  for (const count of document.querySelectorAll("[data-due-at]")) {
    const words = countdown(Date.parse(count.dataset.dueAt));
    count.textContent = words;
    count.closest(".due")?.classList.toggle("is-late", words.startsWith("+"));
  }
}

let polling = false;

async function poll() {
  if (polling || document.hidden) return;
  polling = true;
  try {
    const answer = await ask(`/sessions/${page.reference}/live/?have=${digest}`, { headers: { "X-Fanlight-Poll": "1" } });
    if (answer.away || answer.signedOut) {
      setLink(answer.away ? "away" : "signed-out");
      await showKept();
      return;
    }
    if (answer.status === 200) swap(answer.body);
    if (link !== "on") setLink("on");
    await flush();
  } finally {
    polling = false;
  }
}

function swap(body) {
  digest = body.digest;
  limits = body.entry.limits;
  phase = body.entry.phase;
  const isTableOpen = $("#part-chart details")?.open;
  for (const [name, html] of Object.entries(body.parts)) {
    const part = document.getElementById(`part-${name}`);
    if (!part) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const same = focused && Object.entries(focused.dataset).map(([key, value]) => `[data-${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}="${CSS.escape(value)}"]`).join("");
    part.innerHTML = html; // the server's own fragment; the policy of this page lets no script in it run
    if (same) part.querySelector(same)?.focus();
  }
  const table = $("#part-chart details");
  if (table && isTableOpen) table.open = true;
  if ($("#entry-title")) $("#entry-title").textContent = body.entry.title;
  pad?.refresh(body.entry.tiles);
  tick();
  showKept();
  keepSheet();
}

setInterval(tick, 500);
setInterval(poll, Number(page.poll) * 1000);
setInterval(keepSheet, 5 * 60000);
window.addEventListener("online", poll);
document.addEventListener("visibilitychange", poll);
window.addEventListener("beforeunload", (event) => {
  if (pad?.values.size) event.preventDefault(); // numbers not saved yet
});
if (pad) readVitals();
const wanted = location.hash.startsWith("#do-") && document.getElementById(location.hash.slice(1));
if (wanted?.showModal) wanted.showModal(); // another page sent somebody here to say one thing
showKept().then(poll);

let sheetAt = 0;

/** The downtime sheet as it reads now, laid by on this device; made anew by itself while the server answers. */
async function keepSheet() {
  if (!page.sheet || !window.caches || link !== "on" || Date.now() - sheetAt < 60000) return;
  sheetAt = Date.now();
  try {
    const answer = await fetch(page.sheet, { credentials: "same-origin", redirect: "manual", headers: { "X-Fanlight-Keep": "1" } });
    if (!answer.ok) return;
    const whole = await answer.blob(); // all of it first: half a sheet never takes the place of a whole one
    await (await caches.open("fanlight-chairside-1")).put(page.sheet, new Response(whole, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "default-src 'self'" } }));
  } catch {
    sheetAt = 0; // the server went away meanwhile: the sheet kept before stands
  }
}

/** Keep this page and its files at hand, so that it opens again while the server is away. */
async function prepareForAbsence() {
  if (!navigator.serviceWorker || !window.caches) return;
  try {
    await navigator.serviceWorker.register("/sessions/worker.js", { scope: "/sessions/" });
    const files = performance.getEntriesByType("resource").map((entry) => new URL(entry.name)).filter((url) => url.pathname.startsWith("/static/"));
    const cache = await caches.open("fanlight-chairside-1");
    await cache.addAll([...new Set([location.pathname, ...files.map((url) => url.pathname)])]);
  } catch {
    // without it the page still keeps every entry; it only cannot be opened anew
  }
}
prepareForAbsence();
