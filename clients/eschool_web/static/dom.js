// @ts-check
// Elements from plain values. Text is always set as text: nothing here reads HTML.

/**
 * @param {string} name
 * @param {Record<string, any>} [attributes] `on…` names an event, `class` the classes
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/**
 * Read the JSON of a data block, null where the page has none.
 * @param {string} id
 */
export function dataOf(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent || "null") : null;
}

/**
 * Say something to who listens, politely.
 * @param {string} text
 */
export function announce(text) {
  const live = byId("live");
  if (live) live.textContent = text;
}
