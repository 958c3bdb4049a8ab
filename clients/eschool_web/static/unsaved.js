// @ts-check
// What a page has not saved yet: commands on their way, and texts that somebody is typing.

/** @type {{name: string, take: () => any}[]} */
let holders = [];
/** @type {(() => void)[]} */
let leavers = [];
/** @type {Record<string, string>} lines of dialogs that a lock has closed, by the dialog's title */
let lines = {};

/**
 * Let a part of the page say what it has not saved.
 * @param {string} name
 * @param {() => any} take
 */
export function holdsUnsaved(name, take) {
  holders = [...holders.filter((entry) => entry.name !== name), { name, take }];
}

/** Return everything that is not saved, by the name of its holder. */
export function allUnsaved() {
  return Object.fromEntries(holders.map((entry) => [entry.name, entry.take()]));
}

/** Whether anything is not saved. */
export const holdsAnything = () => holders.some(({ take }) => Object.keys(take()).length > 0);

/** Forget the holders of a page that is gone. */
export function forgetHolders() {
  holders = [];
  leavers = [];
  lines = {};
}

/**
 * Keep the lines of dialogs that a lock has closed until the same dialogs are opened again.
 * @param {Record<string, string>} kept
 * @param {() => Record<string, string>} open what is typed in a dialog at present
 */
export function keepLines(kept, open) {
  lines = kept;
  holdsUnsaved("lines", () => ({ ...lines, ...open() }));
}

/**
 * Return what somebody had typed into a dialog when a lock closed it, once.
 * @param {string} title
 */
export function keptLine(title) {
  const { [title]: text, ...others } = lines;
  lines = others;
  return text;
}

/**
 * Let a part of the page send on what still waits when the page is left.
 * @param {() => void} leave
 */
export function whenLeft(leave) {
  leavers = [...leavers, leave];
}

/** Whether somebody has begun a text that nothing sends by itself. */
const hasDrafts = () => holders.some(({ name, take }) => name !== "commands" && Object.keys(take()).length);

/** Listen once for the whole life of the document. */
export function watchLeaving() {
  window.addEventListener("pagehide", () => {
    for (const leave of leavers) leave();
  });
  window.addEventListener("beforeunload", (event) => {
    if (hasDrafts()) event.preventDefault();
  });
}
