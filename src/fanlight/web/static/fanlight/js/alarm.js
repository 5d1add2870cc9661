// An alert that nobody has seen is heard as well as shown, until somebody has seen it. Sound is off until a person turns it on
// here, which plays it once: that is its test. The button always says which it is.
const button = document.querySelector("[data-sound]");
const alerts = document.querySelector("#part-alerts");
const EVERY_MS = 10_000;
const KEY = "fanlight_sound";
let audio = null;
let heardAt = 0;
const heard = new Set();

const isOn = () => audio?.state === "running";
const unseen = () => [...alerts.querySelectorAll("[data-acknowledge]")].map((act) => act.dataset.acknowledge);

function show() {
  button.setAttribute("aria-pressed", String(isOn()));
  button.classList.toggle("is-off", !isOn());
  button.setAttribute("aria-label", isOn() ? "Sound is on. Turn it off" : "Sound is off: alerts are only shown. Turn it on and hear it once");
  button.title = isOn() ? "Sound is on" : "Sound is off";
}

/** Two rising tones, each short: heard over a quiet room, not startling to somebody under the drug. */
function play() {
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const level = audio.createGain();
    const from = audio.currentTime + index * 0.22;
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.2, from + 0.03);
    level.gain.linearRampToValueAtTime(0, from + 0.2);
    tone.connect(level).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.22);
  }
  heardAt = Date.now();
  document.documentElement.dataset.sounded = String(Number(document.documentElement.dataset.sounded ?? 0) + 1);
}

function look() {
  const now = unseen();
  const isNew = now.some((id) => !heard.has(id));
  for (const id of now) heard.add(id);
  if (isOn() && now.length && (isNew || Date.now() - heardAt >= EVERY_MS)) play();
}

async function turn() {
  if (isOn()) {
    await audio.suspend();
    localStorage.removeItem(KEY);
  } else {
    audio ??= new AudioContext();
    await audio.resume();
    if (isOn()) play();
    localStorage.setItem(KEY, "on");
  }
  show();
}

if (button && alerts) {
  if (localStorage.getItem(KEY)) {
    audio = new AudioContext(); // a browser that wants a touch first leaves it silent, and the button says so
    audio.addEventListener("statechange", show);
  }
  button.addEventListener("click", turn);
  new MutationObserver(look).observe(alerts, { childList: true, subtree: true });
  setInterval(look, 1000);
  show();
}
