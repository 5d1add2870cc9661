// Keeps the session page usable when the server is away and the page is loaded again: the page as it last was, its downtime
// sheet, and the files they are made of. It answers from here only when the server does not; it never answers for an entry.
const CACHE = "fanlight-chairside-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fromServerElseKept(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    if (answer.redirected || answer.status === 401 || answer.status === 403) await caches.delete(CACHE); // signed out: keep nothing
    return answer;
  } catch (away) {
    const held = await cache.match(request, { ignoreSearch: true });
    if (held) return held;
    throw away;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && /^\/sessions\/[A-Z0-9]+\/$/.test(url.pathname);
  const isSheet = request.mode === "navigate" && /^\/sessions\/[A-Z0-9]+\/documents\/downtime_sheet\/$/.test(url.pathname);
  if (isPage || isSheet || url.pathname.startsWith("/static/")) event.respondWith(fromServerElseKept(request));
});
