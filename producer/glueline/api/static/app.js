// Fetches the page again when something has changed, and puts its live part in the place of the
// old one. Without this script the page works the same, and is reloaded by hand.
"use strict";

const LEAST_MS = 1000;
let live = document.getElementById("live");
let latest = 0;
let isWaiting = false;

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.status === 401) {
    location.reload();
    return;
  }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  // Whoever is about to press a button or has selected some text keeps them.
  const isUsed = live.contains(document.activeElement) || !getSelection().isCollapsed;
  if (fresh === null || isUsed) return;
  live.replaceWith(document.adoptNode(fresh));
  live = fresh;
  document.title = page.title;
}

function soon() {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(() => {
    isWaiting = false;
    latest = Date.now();
    refresh().catch(() => {}); // away for a moment; the next look will tell
  }, Math.max(0, latest + LEAST_MS - Date.now()));
}

function follow(path) {
  const events = new EventSource(path);
  events.addEventListener("progress", soon);
  events.addEventListener("end", () => {
    events.close();
    location.reload();
  });
}

if (live?.dataset.events) follow(live.dataset.events);
if (live?.dataset.every) {
  setInterval(() => {
    if (document.visibilityState === "visible") soon();
  }, Number(live.dataset.every));
}
