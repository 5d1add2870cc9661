// Reads the page aloud with the browser's own voice; the button shows only where there is one.
const button = document.querySelector("[data-read-aloud]");
if (button && "speechSynthesis" in window) {
  const voice = window.speechSynthesis;
  const words = { start: button.textContent, stop: "Stop reading" };
  const settle = () => { button.textContent = voice.speaking ? words.stop : words.start; };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (voice.speaking) { voice.cancel(); settle(); return; }
    const parts = document.querySelectorAll("main h1, main h2, main .lead, main .answer, main .stack-s li, main .quiet");
    for (const part of parts) {
      if (part.closest("details:not([open])")) continue;
      const said = new SpeechSynthesisUtterance(part.textContent);
      said.lang = "en";
      said.onend = settle;
      voice.speak(said);
    }
    button.textContent = words.stop;
  });
  window.addEventListener("pagehide", () => voice.cancel());
}
