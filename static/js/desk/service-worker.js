// Opens the desk without network: keeps the page and its files, all of one version, and nothing of people.
// The server puts self.KEPT in front of this: {version, page, reader, files}.
"use strict";

const { version, page, reader, files } = self.KEPT;
const CACHE = `guanbiao-desk-${version}`;
const PAGES = /^\/desk\/([0-9a-z]{26})?$/;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.test(url.pathname)) event.respondWith(pageFor(request, url));
  else if (url.pathname.startsWith("/static/") || url.pathname === reader) event.respondWith(fileFor(request, url));
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  await Promise.all([page, reader, ...files].map(async (address) => {
    const answer = await fetch(address, { cache: "reload" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    await cache.put(address.split("?")[0], answer);
  }));
}

async function dropOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("guanbiao-desk-") && name !== CACHE).map((name) => caches.delete(name)));
}

// The page as it is kept; another language is asked of the server, which then has another worker to offer.
async function pageFor(request, url) {
  const kept = await (await caches.open(CACHE)).match(page);
  if (kept && !url.searchParams.has("lang")) return kept;
  return fetch(request).catch(() => kept || Response.error());
}

// A file as it is kept; a page of a newer version asks for newer ones by their address.
async function fileFor(request, url) {
  const kept = await (await caches.open(CACHE)).match(url.pathname);
  const isOther = url.search && !files.includes(url.pathname + url.search);
  return kept && !isOther ? kept : fetch(request).catch(() => kept || Response.error());
}
