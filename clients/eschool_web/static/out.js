// @ts-check
// Out by the button in one window is out in every window of the browser: what they show goes too.

import { isLocked, showLock } from "./lock.js";
import { holdsAnything } from "./unsaved.js";

const channel = new BroadcastChannel("eschool-out");

/** Tell the other windows when the person leaves here, and follow them. */
export function watchOut() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.getAttribute("action") === "/logout") channel.postMessage("out");
  });
  channel.addEventListener("message", leave);
}

/**
 * Whether a call failed because the session is over.
 * @param {unknown} error
 */
export const isOver = (error) =>
  /** @type {{said?: {key?: string}}} */ (error).said?.key === "access.session";

/** Let nothing of a session that is over stay in sight; what is not saved is kept as by a lock. */
export function leave() {
  if (isLocked() || holdsAnything()) {
    showLock();
    return;
  }
  document.body.replaceChildren();
  location.replace("/login");
}
