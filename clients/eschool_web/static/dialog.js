// @ts-check
// Dialogs over a page: Esc and the close button end them, the focus goes back by itself.

import { make } from "./dom.js";
import { say } from "./texts.js";

/**
 * Show a dialog.
 * @param {string} title
 * @param {Node[]} content
 * @param {{label: string, act: () => (boolean | void | Promise<void>), main?: boolean}[]} actions
 *   one that returns false leaves the dialog open; Enter takes the first
 * @returns {Promise<void>} settled when it is closed
 */
export function show(title, content, actions = []) {
  const dialog = /** @type {HTMLDialogElement} */ (
    make("dialog", { "aria-labelledby": "dialog-title" })
  );
  const buttons = actions.map((action, index) =>
    make(
      "button",
      { type: index ? "button" : "submit", class: index ? "" : "main",
        onclick: index ? () => action.act() !== false && dialog.close() : undefined },
      action.label,
    ),
  );
  const close = make(
    "button", { type: "button", onclick: () => dialog.close() },
    say(actions.length ? "cancel" : "close"),
  );
  const form = make(
    "form",
    { onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!actions.length || actions[0].act() !== false) dialog.close();
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
    (field ?? buttons[0] ?? close).focus();
  });
}

/**
 * Ask for one line; null where it was not given.
 * @param {string} title
 * @param {string} label
 * @param {string} [value]
 * @returns {Promise<string | null>}
 */
export async function askLine(title, label, value = "") {
  const field = /** @type {HTMLInputElement} */ (
    make("input", { id: "dialog-line", value, maxlength: 200, autocomplete: "off" })
  );
  /** @type {string | null} */
  let given = null;
  const content = [make("label", { for: "dialog-line" }, label), field];
  await show(title, content, [{ label: say("save"), act: () => { given = field.value.trim(); } }]);
  return given;
}
