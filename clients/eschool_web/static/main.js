// @ts-check
// Starts a page, and starts it again when it was locked and put back.

import { byId } from "./dom.js";
import { startActs } from "./acts.js";
import { startBoard } from "./board.js";
import { startDialogs } from "./dialog.js";
import { startGrid } from "./grid.js";
import { startImport } from "./importing.js";
import { startInbox } from "./inbox.js";
import { listenForInput, watchIdle } from "./lock.js";
import { watchOut } from "./out.js";
import { startReasons } from "./reasons.js";
import { startsWith } from "./refresh.js";
import { startSaving } from "./saving.js";
import { startSending } from "./sending.js";
import { startSlips } from "./slips.js";
import { ask, watchStanding } from "./standing.js";
import { watchLeaving } from "./unsaved.js";

/** @param {any} unsaved what the page had not saved when it was locked */
function boot(unsaved) {
  watchIdle(boot);
  watchStanding();
  startDialogs(unsaved?.lines);
  if (byId("grid")) startGrid(unsaved ?? {});
  startMain(unsaved);
  ask();
}

/**
 * Start what stands in the main part of a page and may be shown anew.
 * @param {any} [unsaved]
 */
function startMain(unsaved = null) {
  if (byId("inbox")) startInbox();
  if (byId("reasons")) startReasons();
  startSaving();
  if (byId("import")) startImport();
  if (byId("slips")) startSlips();
  if (byId("board")) startBoard().catch(() => {});
  startSending();
  startActs(unsaved?.forms);
}

// On a phone the rows of links run on behind the edge: what is open stands in sight.
for (const here of document.querySelectorAll("nav [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "nearest" });
}
startsWith(startMain);
listenForInput();
watchLeaving();
watchOut();
boot(null);
document.dispatchEvent(new Event("eschool-ready"));
