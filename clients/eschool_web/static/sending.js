// @ts-check
// Forms that work without scripts, sent by a script: on one's own computer forms alone are not
// taken. A page that comes back shows what was refused; what was typed stays in it.

import { tell } from "./acts.js";
import { byId } from "./dom.js";
import { showLock } from "./lock.js";
import { startAgain } from "./refresh.js";
import { say } from "./texts.js";

const LOCKED = 423;

export function startSending() {
  for (const entry of document.querySelectorAll("form[data-send]")) {
    const form = /** @type {HTMLFormElement} */ (entry);
    if (form.dataset.send === "quietly") quietly(form);
    else form.addEventListener("submit", (event) => submit(event, form));
  }
}

/**
 * @param {Event} event
 * @param {HTMLFormElement} form
 */
async function submit(event, form) {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  try {
    const answer = await send(form).catch(() => null);
    if (!answer) tell(form, { text: say("no_line"), remedy: "" });
    else if (answer.status === LOCKED) showLock();
    else if (answer.ok || !isData(answer)) await follow(answer, form);
    else tell(form, (await answer.json()).error);
  } finally {
    if (button) button.disabled = false;
  }
}

/**
 * What is only to be noted needs no press of a button.
 * @param {HTMLFormElement} form
 */
async function quietly(form) {
  form.hidden = true;
  const answer = await send(form).catch(() => null);
  if (!answer?.ok) form.hidden = false;
}

/** @param {HTMLFormElement} form */
function send(form) {
  return fetch(form.getAttribute("action") ?? "", {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  });
}

/** @param {Response} answer */
const isData = (answer) =>
  (answer.headers.get("content-type") ?? "").startsWith("application/json");

/**
 * @param {Response} answer
 * @param {HTMLFormElement} form
 */
async function follow(answer, form) {
  if (isData(answer)) {
    const { to } = await answer.json();
    // It is sent: nothing of it is left to lose.
    form.reset();
    if (to) location.assign(to);
    else location.reload();
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = fresh.getElementById("main");
  const stale = byId("main");
  if (!main || !stale) return;
  stale.replaceWith(document.adoptNode(main));
  startAgain();
  byId("main")?.focus();
}
