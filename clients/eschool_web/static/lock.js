// @ts-check
// Locks the page: after idle minutes, by the key, or because another page was locked (4.5.7).

import { Away, post } from "./api.js";
import { byId, make } from "./dom.js";
import { fetchKey, seal, unseal } from "./seal.js";
import { atServer, say, secretWord } from "./texts.js";
import { allUnsaved, forgetHolders, holdsAnything } from "./unsaved.js";

const TOUCH_MS = 20_000;
const TRY_AGAIN_MS = 300;
const channel = new BroadcastChannel("eschool-lock");

let locked = false;
/** Whether this window, and nothing else, keeps something that comes back with the passphrase. */
let keeps = false;
let lastInput = Date.now();
let lastTouch = Date.now();
let seconds = 300;
let warning = 30;
/** @type {ReturnType<typeof seal>} */
let box = Promise.resolve(null);
/** @type {(unsaved: any) => void} */
let reopen = () => {};

export const isLocked = () => locked;

/**
 * Begin to watch; called for each page that is shown.
 * @param {(unsaved: any) => void} boot starts the page that has been put in place again
 */
export function watchIdle(boot) {
  reopen = boot;
  seconds = Number(document.body.dataset.lockSeconds || 300);
  warning = Number(document.body.dataset.lockWarning || 30);
  lastInput = Date.now();
  byId("lock")?.addEventListener("click", () => lock());
  if (document.body.dataset.lockSeconds) fetchKey().catch(lockIfAway);
}

/** Listen once for the whole life of the document. */
export function listenForInput() {
  for (const kind of ["keydown", "pointerdown", "input", "wheel"]) {
    document.addEventListener(kind, noteInput, { capture: true, passive: true });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F10" || event.ctrlKey || event.altKey || locked || !byId("lock")) return;
    event.preventDefault();
    lock();
  });
  channel.addEventListener("message", () => showLock());
  window.addEventListener("beforeunload", (event) => {
    if (locked && keeps) event.preventDefault();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  setInterval(tick, 1000);
}

function noteInput() {
  lastInput = Date.now();
  if (locked || Date.now() - lastTouch < TOUCH_MS) return;
  touch();
}

function touch() {
  lastTouch = Date.now();
  post("/touch").catch(lockIfAway);
}

/** @param {unknown} error */
function lockIfAway(error) {
  if (error instanceof Away) showLock();
}

function tick() {
  if (locked || !document.body.dataset.lockSeconds) return;
  const left = seconds - (Date.now() - lastInput) / 1000;
  if (left <= 0) lock();
  else if (left <= warning) warn(Math.ceil(left));
  else byId("lock-warning")?.remove();
}

/** @param {number} left seconds */
function warn(left) {
  const text = say("lock_warning", { seconds: left });
  const shown = byId("lock-warning");
  if (shown) {
    if (shown.firstElementChild) shown.firstElementChild.textContent = text;
    return;
  }
  const stay = make("button", { type: "button", onclick: touch }, say("lock_stay"));
  document.body.append(
    make("div", { id: "lock-warning", role: "alert" }, make("p", {}, text), stay),
  );
}

/**
 * Lock everything: key and rows leave with the worker, names leave this page.
 * @param {HTMLElement | null} [board] what may stay to be read, with nothing personal in it
 */
export async function lock(board = null) {
  channel.postMessage("locked");
  showLock(board);
  await post("/lock").catch(() => {});
}

/**
 * Clear this page; what is not saved is sealed first.
 * @param {HTMLElement | null} [board]
 */
export function showLock(board = null) {
  if (locked) return;
  locked = true;
  keeps = holdsAnything();
  box = seal(allUnsaved());
  forgetHolders();
  clear(board);
}

/** @param {HTMLElement | null} board */
function clear(board) {
  const field = make("input", {
    id: "passphrase", type: "password", autocomplete: "current-password", required: true,
    "aria-describedby": "lock-said",
  });
  const said = make("p", { id: "lock-said", role: "alert" });
  const form = make(
    "form",
    { class: "lock", onsubmit: (/** @type {Event} */ event) => unlock(event, said) },
    make("h1", {}, say("locked")),
    make("p", {}, say(atServer() ? "locked_why_online" : "locked_why")),
    ...(keeps ? [make("p", { id: "lock-keeps" }, say("locked_keeps"))] : []),
    make("label", { for: "passphrase" }, secretWord()),
    field,
    said,
    make("button", { type: "submit", class: "main" }, say("unlock")),
  );
  if (board) {
    showBoard(board, form, field);
    return;
  }
  const body = make("body", { class: "locked" }, make("main", { id: "main" }, form));
  document.title = say("locked");
  document.body.replaceWith(body);
  field.focus();
}

/**
 * Leave something to be read; the passphrase is asked for when somebody wants to go on.
 * @param {HTMLElement} board
 * @param {HTMLElement} form
 * @param {HTMLElement} field
 */
function showBoard(board, form, field) {
  const back = make("button", { type: "button", class: "quiet", id: "board-back" }, say("board_back"));
  const asks = (/** @type {boolean} */ wanted) => {
    back.hidden = wanted;
    form.hidden = !wanted;
    (wanted ? field : back).focus();
  };
  back.addEventListener("click", () => asks(true));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") asks(false);
  });
  const main = make("main", { id: "main" }, board, make("div", { class: "board-way" }, back, form));
  document.title = say("board");
  document.body.replaceWith(make("body", { class: "locked projected" }, main));
  asks(false);
}

/**
 * @param {Event} event
 * @param {HTMLElement} said
 */
async function unlock(event, said) {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId("passphrase"));
  said.textContent = say("unlocking");
  const answer = await patiently(() => post("/unlock", { passphrase: field.value }));
  field.value = "";
  if (answer.refused) {
    said.textContent = `${answer.refused.text} ${answer.refused.remedy}`;
    field.focus();
    return;
  }
  if (!locked || !document.body.classList.contains("locked")) return;
  await patiently(fetchKey);
  const unsaved = await unseal(await box).catch(() => null);
  box = Promise.resolve(null);
  keeps = false;
  await putBack();
  locked = false;
  reopen(unsaved);
}

/**
 * The new worker needs a moment to start.
 * @param {() => Promise<any>} act
 */
async function patiently(act) {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Away)) return { refused: /** @type {any} */ (error).said ?? {} };
      await new Promise((done) => setTimeout(done, TRY_AGAIN_MS));
    }
  }
}

async function putBack() {
  const html = await (await fetch(location.href, { credentials: "same-origin" })).text();
  const fresh = new DOMParser().parseFromString(html, "text/html");
  document.title = fresh.title;
  document.body.replaceWith(document.adoptNode(fresh.body));
}
