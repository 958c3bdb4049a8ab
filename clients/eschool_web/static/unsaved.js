// @ts-check
// What a page has not saved yet: commands on their way, and texts that somebody is typing.

/** @type {{name: string, take: () => any}[]} */
let holders = [];
/** @type {(() => void)[]} */
let leavers = [];

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

/** Forget the holders of a page that is gone. */
export function forgetHolders() {
  holders = [];
  leavers = [];
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
