// @ts-check
// The full stop: a work that the pupil owes, and until when it may be handed in.

import { show } from "./dialog.js";
import { announce, make } from "./dom.js";
import { say } from "./texts.js";

const DAY_MS = 86_400_000;

/** @param {number} day counted from 1970-01-01 */
const isoOf = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/**
 * Ask for the day and note the work.
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} column
 */
export async function owe(grid, row, column) {
  if (grid.writer.isClosed(row, column, true)) return;
  const field = /** @type {HTMLInputElement} */ (
    make("input", { id: "owed-day", type: "date", value: isoOf(grid.model.data.due), required: true })
  );
  const pupil = grid.model.pupils[row];
  const content = [make("label", { for: "owed-day" }, say("owed_label")), field];
  await show(say("owed_title", { name: pupil.name }), content, [
    { label: say("save"), act: () => give(grid, row, column, field.value) },
  ]);
  grid.view.go(row, column);
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} column
 * @param {string} until
 */
function give(grid, row, column, until) {
  const due_day = Date.parse(`${until}T00:00:00Z`) / DAY_MS;
  if (!Number.isInteger(due_day)) return false;
  const lesson = grid.model.lessons[column];
  const pupil = grid.model.pupils[row];
  const { kind } = grid.strip.workOf(column);
  const fields = { lesson_id: lesson.id, pupil_id: pupil.id, work_kind: kind, due_day };
  grid.model.at(row, column).owed = `${until.slice(8)}.${until.slice(5, 7)}`;
  grid.view.paint(row, column);
  grid.queue.add({ kind: "give_owed_work", fields });
  announce(say("owed_wrote", { name: pupil.name }));
  return true;
}
