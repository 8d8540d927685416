// Keeps the day's list of this school in this browser, and shows it when no page can be reached.
// It is fetched anew when it is older than half an hour, and goes after a day, or when somebody
// signs out (Clear-Site-Data).

"use strict";

const LIST = "{{ list|escapejs }}";
const KEPT = `schoolgate-list-${LIST}`;
const HALF_AN_HOUR = 30 * 60 * 1000;
// A list of yesterday helps nobody, and is nobody's to read.
const A_DAY = 24 * 60 * 60 * 1000;
const WHEN = "x-kept-at";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keep() {
  const cache = await caches.open(KEPT);
  const before = await cache.match(LIST);
  if (before && Date.now() - Number(before.headers.get(WHEN)) < HALF_AN_HOUR) return;
  const answer = await fetch(`${LIST}?keep`, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) return;
  const headers = new Headers({ "content-type": "text/html; charset=utf-8", [WHEN]: Date.now() });
  const page = await answer.text();
  await cache.put(LIST, new Response(page, { headers }));
  await keepStyles(cache, page);
}

async function keepStyles(cache, page) {
  const styles = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map((one) => one[1]);
  await cache.addAll(styles);
}

self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keep().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") event.respondWith(pageOrList(event.request));
  else if (event.request.destination === "style") event.respondWith(styleOrKept(event.request));
});

async function pageOrList(request) {
  try {
    return await fetch(request);
  } catch (away) {
    const kept = await (await caches.open(KEPT)).match(LIST);
    if (!kept || Date.now() - Number(kept.headers.get(WHEN)) > A_DAY) {
      await caches.delete(KEPT);
      throw away;
    }
    const page = (await kept.text()).replace('data-offline="no"', 'data-offline="yes"');
    return new Response(page, { headers: kept.headers });
  }
}

async function styleOrKept(request) {
  try {
    return await fetch(request);
  } catch (away) {
    const kept = await (await caches.open(KEPT)).match(request);
    if (!kept) throw away;
    return kept;
  }
}
