// @ts-check
// Shows a page anew as the journal stands now, without leaving it: place and frame stay.

import { byId } from "./dom.js";
import { allUnsaved } from "./unsaved.js";

/** @type {(unsaved?: any) => void} */
let restart = () => {};

/**
 * Say how the modules of a page's main part are started.
 * @param {(unsaved?: any) => void} start
 */
export function startsWith(start) {
  restart = start;
}

/** Start what stands in the main part, after something else has put it in place. */
export const startAgain = () => restart();

/** Fetch the page and put its main part in the place of the old one; what is being typed stays. */
export async function refreshMain() {
  const answer = await fetch(location.href, { credentials: "same-origin", redirect: "follow" });
  const html = await answer.text();
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("main");
  const stale = byId("main");
  if (!answer.ok || !fresh || !stale) {
    location.reload();
    return;
  }
  const open = new Set([...stale.querySelectorAll("details[open][id]")].map((entry) => entry.id));
  const unsaved = allUnsaved();
  stale.replaceWith(document.adoptNode(fresh));
  for (const id of open) byId(id)?.setAttribute("open", "");
  restart(unsaved);
}
