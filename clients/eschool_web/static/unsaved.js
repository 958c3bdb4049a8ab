// @ts-check
// What a page has not saved yet: commands on their way, and texts that somebody is typing.

/** @typedef {{commands: object[], drafts: Record<string, string>}} Unsaved */

/** @type {{name: string, take: () => any}[]} */
let holders = [];

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
}
