// Answers that are typed and not saved yet, kept by this tab alone, encrypted with the key of this browser, until the server
// has answered for them. A draft belongs to one person, one patient and one screen; the next person's page throws it away.
import { seal, unseal } from "./outbox.js";

const PREFIX = "fanlight-draft ";
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const bytes = (said) => Uint8Array.from(atob(said), (letter) => letter.charCodeAt(0));
const names = () => Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
const owner = (name) => name.slice(PREFIX.length).split(":")[0];

/** `key` is the write key the answers will be sent under: the server names it when it has saved them. */
export async function keepDraft(name, key, entries) {
  const { iv, data } = await seal({ at: Date.now(), entries });
  sessionStorage.setItem(PREFIX + name, JSON.stringify({ key, iv: text(iv), data: text(data) }));
}

/** The key may have been renewed since the last answer: the one they are really sent under counts. */
export function sentUnder(name, key) {
  const held = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null");
  if (held) sessionStorage.setItem(PREFIX + name, JSON.stringify({ ...held, key }));
}

export async function draftOf(name) {
  const held = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null");
  if (!held) return null;
  return unseal({ iv: bytes(held.iv), data: bytes(held.data) }).catch(() => null);
}

export const forgetDraft = (name) => sessionStorage.removeItem(PREFIX + name);

/** Another person sits here now. */
export function forgetOthers(staff) {
  for (const name of names()) if (owner(name) !== staff) sessionStorage.removeItem(name);
}

const saved = new URLSearchParams(location.search).get("saved");
for (const name of saved ? names() : []) if (JSON.parse(sessionStorage.getItem(name)).key === saved) sessionStorage.removeItem(name);
