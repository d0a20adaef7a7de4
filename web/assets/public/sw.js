// Keeps the page of visits and its scripts on the device, so that it opens without a network.  No data is kept here.
const NAME = "yimen-field-1";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  const isPage = address.pathname === "/field";
  if (!isPage && !address.pathname.startsWith("/static/")) return;
  event.respondWith((async () => {
    const cache = await caches.open(NAME);
    if (!isPage) {
      const kept = await cache.match(event.request);
      if (kept) return kept;
    }
    try {
      const answer = await fetch(event.request);
      if (answer.ok && !answer.redirected) await cache.put(event.request, answer.clone());
      return answer;
    } catch (fault) {
      const kept = await cache.match(event.request, { ignoreSearch: isPage });
      if (kept) return kept;
      throw fault;
    }
  })());
});
