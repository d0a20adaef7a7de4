// Keeps the page of visits and its scripts on the device, so that it opens without a network.  No data is kept here.
const NAME = "yimen-field-2";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
      await self.clients.claim();
    })(),
  ),
);

// The page tells what it is made of; the answer says whether all of it lies here.
self.addEventListener("message", (event) =>
  event.waitUntil(
    (async () => {
      let isWhole = true;
      try {
        const cache = await caches.open(NAME);
        for (const address of event.data.parts) {
          if (address !== "/field" && (await cache.match(address))) continue;
          const answer = await fetch(address, { cache: "no-cache" });
          if (!answer.ok || answer.redirected) {
            isWhole = false;
            continue;
          }
          await cache.put(address, answer);
        }
      } catch {
        isWhole = false;
      }
      event.ports[0].postMessage({ isWhole });
    })(),
  ),
);

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  const isPage = address.pathname === "/field";
  if (!isPage && !address.pathname.startsWith("/static/")) return;
  event.respondWith(
    (async () => {
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
    })(),
  );
});
