// @ts-check
// Saves what leaves the journal as a file: the passphrase is asked for first, and it is said how
// long the making has taken, for a register of a whole school takes a while.

import { get } from "./api.js";
import { announce, make } from "./dom.js";
import { askProof } from "./proof.js";
import { say } from "./texts.js";

const TICK_MS = 1000;
const KEPT_MS = 60_000;

export function startSaving() {
  for (const button of document.querySelectorAll("[data-file], [data-paper]")) {
    button.addEventListener("click", () => save(/** @type {HTMLButtonElement} */ (button)));
  }
}

/** @param {HTMLButtonElement} button */
async function save(button) {
  const said = saidBeside(button);
  said.textContent = "";
  button.disabled = true;
  try {
    const answer = await made(asking(button), said);
    if (!answer) return;
    if (!answer.ok) {
      const { error } = await answer.json();
      said.textContent = [error.text, error.remedy].filter(Boolean).join(" ");
      return;
    }
    offer(await answer.blob(), nameOf(answer));
    said.textContent = say("file_saved");
  } catch {
    said.textContent = say("file_failed");
  } finally {
    button.disabled = false;
    announce(said.textContent ?? "");
  }
}

/**
 * Return the request for a file, or for a paper, which may enter the log of issued ones.
 * @param {HTMLButtonElement} button
 */
function asking(button) {
  const { file, paper } = button.dataset;
  if (!paper) return new Request(file ?? "");
  const headers = { "content-type": "application/json" };
  return new Request(paper, { method: "POST", headers, body: "{}" });
}

/**
 * Fetch a file, once the passphrase is known to be fresh; null where the person gives up.
 * @param {Request} request
 * @param {HTMLElement} said
 */
async function made(request, said) {
  const { proven } = await get("/api/state");
  if (!proven && !(await askProof())) return null;
  const begun = Date.now();
  const tell = () => {
    said.textContent = say("file_making", { seconds: Math.round((Date.now() - begun) / 1000) });
  };
  tell();
  const ticking = setInterval(tell, TICK_MS);
  return fetch(request, { credentials: "same-origin" }).finally(() => clearInterval(ticking));
}

/** @param {HTMLElement} button */
function saidBeside(button) {
  const known = button.parentElement?.querySelector(".file-said");
  if (known) return /** @type {HTMLElement} */ (known);
  const said = make("span", { class: "file-said", role: "status" });
  button.after(said);
  return said;
}

/** @param {Response} answer */
function nameOf(answer) {
  const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
  return named ? named[1] : "eschool";
}

/**
 * Let the browser save what is in memory; nothing of it stays there.
 * @param {Blob} content
 * @param {string} name
 */
export function offer(content, name) {
  const address = URL.createObjectURL(content);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
