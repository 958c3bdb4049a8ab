// @ts-check
// Starts a page, and starts it again when it was locked and put back.

import { byId } from "./dom.js";
import { startGrid } from "./grid.js";
import { startInbox } from "./inbox.js";
import { listenForInput, watchIdle } from "./lock.js";
import { startReasons } from "./reasons.js";
import { ask, watchStanding } from "./standing.js";

/** @param {any} unsaved what the page had not saved when it was locked */
function boot(unsaved) {
  watchIdle(boot);
  watchStanding();
  if (byId("grid")) startGrid(unsaved ?? {});
  if (byId("inbox")) startInbox();
  if (byId("reasons")) startReasons();
  ask();
}

listenForInput();
boot(null);
