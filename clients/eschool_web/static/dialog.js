// @ts-check
// Dialogs over a page: Esc and the close button end them, the focus goes back by itself.

import { make } from "./dom.js";
import { say } from "./texts.js";
import { keepLines, keptLine } from "./unsaved.js";

/**
 * @typedef {{label: string, act: () => (boolean | void | Promise<boolean | void>),
 *   aside?: boolean}} Action one that gives false leaves the dialog open; one that stands aside is
 *   never what Enter takes
 */

/**
 * Show a dialog.
 * @param {string} title
 * @param {Node[]} content
 * @param {Action[]} actions Enter takes the first; where none is to be taken it closes
 * @returns {Promise<void>} settled when it is closed
 */
export function show(title, content, actions = []) {
  const dialog = /** @type {HTMLDialogElement} */ (
    make("dialog", { "aria-labelledby": "dialog-title" })
  );
  /** @param {Action} action */
  const take = async (action) => {
    if ((await action.act()) !== false) dialog.close();
  };
  const first = actions[0]?.aside ? undefined : actions[0];
  const buttons = actions.map((action) =>
    make(
      "button",
      { type: action === first ? "submit" : "button", class: action === first ? "main" : "",
        onclick: action === first ? undefined : () => take(action) },
      action.label,
    ),
  );
  const close = make(
    "button", { type: "button", onclick: () => dialog.close() }, say(first ? "cancel" : "close"),
  );
  const form = make(
    "form",
    { onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (first) take(first);
      else dialog.close();
    } },
    make("h2", { id: "dialog-title" }, title), ...content,
    make("p", { class: "buttons" }, ...buttons, close),
  );
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done();
    });
    dialog.showModal();
    const field = /** @type {HTMLElement | null} */ (form.querySelector("input, textarea, select"));
    (field ?? (first && buttons[0]) ?? close).focus();
  });
}

/**
 * Keep what is typed in a dialog over a lock.
 * @param {Record<string, string>} [kept] what a lock has closed
 */
export function startDialogs(kept = {}) {
  keepLines(kept, () => {
    const field = /** @type {HTMLInputElement | null} */ (document.querySelector("#dialog-line"));
    if (!field || field.value === field.dataset.before) return {};
    return { [document.querySelector("#dialog-title")?.textContent ?? ""]: field.value };
  });
}

/**
 * Offer words for a field that takes any: they are a help and no bound.
 * @param {HTMLInputElement} field
 * @param {string[]} words
 * @returns {Node[]} the field with its list
 */
export function offering(field, words) {
  const id = `${field.id}-offered`;
  field.setAttribute("list", id);
  return [field, make("datalist", { id }, ...words.map((value) => make("option", { value })))];
}

/**
 * Ask for one line; null where it was not given. What a lock has cut short stands there again.
 * @param {string} title
 * @param {string} label
 * @param {string} [value]
 * @param {string[]} [offered] words to choose from, beside others
 * @returns {Promise<string | null>}
 */
export async function askLine(title, label, value = "", offered = []) {
  const field = /** @type {HTMLInputElement} */ (
    make("input", {
      id: "dialog-line", value: keptLine(title) ?? value, maxlength: 200, autocomplete: "off",
      "data-before": value,
    })
  );
  /** @type {string | null} */
  let given = null;
  const fields = offered.length ? offering(field, offered) : [field];
  const content = [make("label", { for: "dialog-line" }, label), ...fields];
  await show(title, content, [{ label: say("save"), act: () => { given = field.value.trim(); } }]);
  return given;
}
