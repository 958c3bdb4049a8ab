// @ts-check
// The status line: how many entries wait, when the last exchange was, what waits for the person.

import { Away, get, post } from "./api.js";
import { byId } from "./dom.js";
import { isLocked, showLock } from "./lock.js";
import { isOver, leave } from "./out.js";
import { say } from "./texts.js";

/** @type {((standing: any) => void)[]} */
let listeners = [];
let timer = 0;

/** @param {(standing: any) => void} listener */
export function onStanding(listener) {
  listeners.push(listener);
}

export function watchStanding() {
  listeners = [];
  byId("sync")?.addEventListener("click", () => post("/api/sync").then(ask).catch(() => {}));
  clearInterval(timer);
  const every = everyMs();
  if (!every) return;
  timer = window.setInterval(() => document.visibilityState === "visible" && ask(), every);
}

/** How often to ask; 0 where nothing waits and nobody enters anything. */
const everyMs = () => Number(document.body.dataset.askSeconds || 0) * 1000;

/** Ask how entries stand, and tell everybody who wants to know. */
export async function ask() {
  if (isLocked() || !everyMs()) return;
  try {
    const standing = await get("/api/state");
    if (isLocked()) return;
    show(standing);
    for (const listener of listeners) listener(standing);
  } catch (error) {
    if (error instanceof Away) showLock();
    else if (isOver(error)) leave();
  }
}

/** @param {any} standing */
export function show(standing) {
  const shown = byId("standing");
  if (!shown) return;
  const words = inWords(standing);
  if (shown.textContent !== words) shown.textContent = words;
  shown.classList.toggle("trouble", Boolean(standing.trouble));
  const inbox = byId("inbox-count");
  if (inbox) inbox.textContent = standing.refused ? String(standing.refused) : "";
}

/** @param {any} standing */
function inWords(standing) {
  const at = standing.synced || say("never");
  if (standing.online) return say("standing_online", { at });
  if (standing.syncing) return say("standing_sending", { count: standing.pending });
  const sentence = standing.pending ? "standing_pending" : "standing_accepted";
  const words = say(sentence, { count: standing.pending, at });
  return standing.trouble ? `${words} · ${say("standing_trouble")}` : words;
}
