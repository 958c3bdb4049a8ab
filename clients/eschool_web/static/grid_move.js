// @ts-check
// A mark in a wrong row or column goes where it belongs in one command; in a closed term a change
// is proposed, and another person decides on it (2.2).

import { offering, show } from "./dialog.js";
import { announce, make } from "./dom.js";
import { give } from "./giving.js";
import { say } from "./texts.js";

const OF_LESSON = 1;
const OF_TERM = 3;
const KIND_OF_TERM = 1;
const KIND_OF_YEAR = 2;

/**
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} column
 */
export async function moveMark(grid, row, column) {
  const { pupils, lessons, data } = grid.model;
  const to = choice("move-pupil", pupils.map((/** @type {any} */ one) => one.name), row);
  const days = lessons.map((/** @type {any} */ one) => `${one.date}, ${one.period}`);
  const on = choice("move-lesson", days, column);
  const reason = line("move-reason");
  const content = [
    label(to, say("move_to_pupil")), to, label(on, say("move_to_lesson")), on,
    label(reason, say("reason_label")), ...offering(reason, data.reasons),
  ];
  const said = make("p", { class: "refusal", role: "alert" });
  const move = () => carryOut(said, "move_mark", {
    lesson_id: lessons[column].id, pupil_id: pupils[row].id,
    to_lesson_id: lessons[Number(on.value)].id, to_pupil_id: pupils[Number(to.value)].id,
    reason: reason.value.trim(),
  });
  await show(say("move_title"), [...content, said], [{ label: say("move"), act: move }]);
  await grid.refresh();
  grid.view.go(row, column);
}

/**
 * Propose another mark of a lesson, or of the term where no lesson is named.
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} [column]
 */
export async function proposeCorrection(grid, row, column) {
  const { pupils, lessons, data } = grid.model;
  const whole = column === undefined;
  /** @type {[number, string][]} */
  const values = whole ? data.term.values
    : [2, 3, 4, 5].map((value) => [value, String(value)]);
  const value = /** @type {HTMLSelectElement} */ (
    make("select", { id: "correction-value" },
      ...[[0, say("term_none")], ...values].map(([one, words]) => make("option", { value: one }, words)))
  );
  const ground = line("correction-ground");
  ground.required = true;
  const said = make("p", { class: "refusal", role: "alert" });
  const place = whole
    ? { target: OF_TERM, result_kind: data.term.id ? KIND_OF_TERM : KIND_OF_YEAR, term_id: data.term.id }
    : { target: OF_LESSON, lesson_id: lessons[column].id };
  const propose = () => carryOut(said, "propose_correction", {
    journal_id: data.journal, pupil_id: pupils[row].id, value: Number(value.value),
    ground: ground.value.trim(), ...place,
  });
  const content = [
    make("p", {}, say("correction_why")),
    label(value, say("correction_value")), value, label(ground, say("correction_ground")), ground,
    said,
  ];
  await show(say("correction_title", { name: pupils[row].name }), content, [
    { label: say("correction_propose"), act: propose },
  ]);
}

/**
 * @param {HTMLElement} said
 * @param {string} kind
 * @param {Record<string, any>} fields
 */
async function carryOut(said, kind, fields) {
  const { refused } = await give(kind, fields);
  if (!refused) {
    announce(say("act_done"));
    return true;
  }
  const clause = refused.clause ? say("clause", { clause: refused.clause }) : "";
  said.textContent = [clause, refused.text, refused.remedy].filter(Boolean).join(" ");
  return false;
}

/**
 * @param {string} id
 * @param {string[]} names
 * @param {number} chosen
 */
function choice(id, names, chosen) {
  return /** @type {HTMLSelectElement} */ (
    make("select", { id }, ...names.map((name, index) =>
      make("option", { value: index, selected: index === chosen }, name)))
  );
}

/** @param {string} id */
function line(id) {
  return /** @type {HTMLInputElement} */ (make("input", { id, maxlength: 200, autocomplete: "off" }));
}

/**
 * @param {HTMLElement} field
 * @param {string} words
 */
const label = (field, words) => make("label", { for: field.id }, words);
