// @ts-check
// The sentences of this page's language, from the data block that every page carries.

/** @returns {Record<string, string>} */
function load() {
  const block = document.getElementById("texts");
  return block ? JSON.parse(block.textContent || "{}") : {};
}

const TEXTS = load();

/**
 * Return a text with its parameters filled in.
 * @param {string} name
 * @param {Record<string, string | number>} [params]
 */
export function say(name, params = {}) {
  const text = TEXTS[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in params ? String(params[key]) : whole));
}

/** Whether the pages come from the school's server: a password opens them there. */
export const atServer = () => document.documentElement.dataset.online === "1";

/** What the person is asked for to go on. */
export const secretWord = () => say(atServer() ? "password" : "passphrase");
