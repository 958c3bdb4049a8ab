// @ts-check
// From a key to what it means. In the Russian layout a letter is the character that comes, in a
// Latin one it is the letter printed on the same key; digits and signs are never remapped.

const ROWS = {
  KeyQ: "й", KeyW: "ц", KeyE: "у", KeyR: "к", KeyT: "е", KeyY: "н", KeyU: "г", KeyI: "ш",
  KeyO: "щ", KeyP: "з", BracketLeft: "х", BracketRight: "ъ", KeyA: "ф", KeyS: "ы", KeyD: "в",
  KeyF: "а", KeyG: "п", KeyH: "р", KeyJ: "о", KeyK: "л", KeyL: "д", Semicolon: "ж", Quote: "э",
  KeyZ: "я", KeyX: "ч", KeyC: "с", KeyV: "м", KeyB: "и", KeyN: "т", KeyM: "ь", Comma: "б",
  Period: "ю", Backquote: "ё",
};
const LATIN = /^[a-z[\]{};:'",<.>`~]$/i;
const RUSSIAN = /^[а-яё]$/i;
const NAMED = {
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", Home: "home",
  End: "end", PageUp: "pageup", PageDown: "pagedown", Backspace: "clear", Delete: "clear",
  " ": "skip", Enter: "enter", Escape: "escape", F1: "explain", F2: "comment", F4: "find",
  F8: "topic", F9: "homework",
};

/**
 * @typedef {{what: string, value?: number, letter?: string, whole?: boolean}} Meaning
 */

/**
 * Return what a key press means in the grid; null where it is the browser's own business.
 * @param {{key: string, code: string, ctrlKey?: boolean, altKey?: boolean, metaKey?: boolean,
 *   shiftKey?: boolean}} event
 * @param {boolean} finding in find mode every letter narrows the roll
 * @returns {Meaning | null}
 */
export function meaningOf(event, finding) {
  if (event.altKey || event.metaKey) return null;
  if (event.ctrlKey) return withControl(event);
  if (event.key in NAMED) return { what: NAMED[/** @type {keyof NAMED} */ (event.key)] };
  if (/^[0-9]$/.test(event.key)) return { what: "digit", value: Number(event.key) };
  if (event.key === "+") return { what: "second" };
  const letter = letterOf(event);
  if (finding) return letter ? { what: "letter", letter } : null;
  if (event.key === ".") return { what: "owed" };
  return letter ? { what: "letter", letter } : null;
}

/**
 * Return the Russian letter that a key carries in any layout; empty for none.
 * @param {{key: string, code: string}} event
 */
export function letterOf(event) {
  if (RUSSIAN.test(event.key)) return event.key.toLowerCase();
  if (!LATIN.test(event.key)) return "";
  return ROWS[/** @type {keyof ROWS} */ (event.code)] ?? "";
}

/** @param {{key: string, code: string}} event */
function withControl(event) {
  if (event.code === "KeyZ") return { what: "undo" };
  if (event.key === "Home") return { what: "home", whole: true };
  if (event.key === "End") return { what: "end", whole: true };
  return null;
}
