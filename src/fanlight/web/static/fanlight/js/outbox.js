// What was entered and has no answer from the server yet. It is kept in IndexedDB, encrypted with a key that cannot leave
// this browser, sent in the order it was said, and removed only after the server has answered for it.
// Each entry carries an identifier made here, so that one sent twice is recorded once.

const NAME = "fanlight-chairside";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { keyPath: "order", autoIncrement: true });
      request.result.createObjectStore("keys");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Run one transaction; resolves with the request's result only when it is on disk. */
async function within(store, mode, work) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode, { durability: "strict" });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

let keyPromise;

function cipherKey() {
  keyPromise ??= (async () => {
    const held = await within("keys", "readonly", (store) => store.get("outbox"));
    if (held) return held;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await within("keys", "readwrite", (store) => store.put(made, "outbox"));
    return made;
  })();
  return keyPromise;
}

/** What is said, made unreadable but for this browser. */
export async function seal(said) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(said));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await cipherKey(), plain) };
}

export async function unseal({ iv, data }) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await cipherKey(), data);
  return JSON.parse(new TextDecoder().decode(plain));
}

/** Keep one entry; resolves when it is safe on this device. */
export async function keep(entry) {
  const { iv, data } = await seal(entry);
  return within("outbox", "readwrite", (store) => store.add({ reference: entry.reference, staff: entry.staff, iv, data }));
}

/** Every entry kept on this device, in the order it was said, whatever its session. */
export async function kept() {
  const rows = await within("outbox", "readonly", (store) => store.getAll());
  const found = [];
  for (const row of rows) {
    try {
      found.push({ ...(await unseal(row)), order: row.order });
    } catch {
      found.push({ order: row.order, reference: row.reference, staff: row.staff, refused: "This entry cannot be read any more." });
    }
  }
  return found;
}

export const forget = (order) => within("outbox", "readwrite", (store) => store.delete(order));

/** Mark an entry as not accepted, with the server's sentence: a person decides what becomes of it. */
export async function markRefused(entry, sentence) {
  await forget(entry.order);
  const { order, ...rest } = entry;
  return keep({ ...rest, refused: sentence });
}

let sending = null;

/**
 * Send what is kept, oldest first. `send(entry)` answers {ok} | {refused, faults} | {signedOut} | {away}.
 * Stops at the first entry the server cannot be reached for; never runs twice at once, in no tab of this browser.
 */
export function drain(staff, send, onAnswer) {
  sending ??= run(staff, send, onAnswer).finally(() => { sending = null; });
  return sending;
}

function run(staff, send, onAnswer) {
  const work = async () => {
    for (const entry of await kept()) {
      if (entry.refused || entry.staff !== staff) continue;
      const answer = await send(entry);
      if (answer.ok) await forget(entry.order);
      else if (answer.refused) await markRefused(entry, answer.refused);
      await onAnswer(entry, answer);
      if (answer.away || answer.signedOut) return answer;
    }
    return { ok: true };
  };
  return navigator.locks ? navigator.locks.request("fanlight-outbox", work) : work();
}
