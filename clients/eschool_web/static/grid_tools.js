// @ts-check
// Tools above the grid: «Отменить всё с ЧЧ:ММ», all present, the history of topic and homework.

import { get } from "./api.js";
import { show } from "./dialog.js";
import { announce, byId, make } from "./dom.js";
import { askProof, isProven } from "./proof.js";
import { startProjector } from "./projector.js";
import { say } from "./texts.js";

const TEN_MINUTES_MS = 600_000;

/** @param {import("./grid.js").Grid} grid */
export function startTools(grid) {
  byId("undo-since")?.addEventListener("click", () => undoSince(grid));
  startProjector(grid);
  byId("roll")?.addEventListener("click", () => {
    grid.writer.roll(grid.view.column);
    grid.view.go(grid.view.row, grid.view.column);
  });
}

/** @param {import("./grid.js").Grid} grid */
async function undoSince(grid) {
  const before = new Date(Date.now() - TEN_MINUTES_MS);
  const time = `${String(before.getHours()).padStart(2, "0")}:${String(before.getMinutes()).padStart(2, "0")}`;
  const field = /** @type {HTMLInputElement} */ (
    make("input", { id: "undo-time", type: "time", value: time, required: true })
  );
  let wanted = "";
  const ask = [make("label", { for: "undo-time" }, say("undo_since_label")), field];
  await show(say("undo_since"), ask, [{ label: say("show"), act: () => { wanted = field.value; } }]);
  const match = /^(\d{2}):(\d{2})/.exec(wanted);
  if (match) await preview(grid, Number(match[1]) * 60 + Number(match[2]), wanted);
  grid.view.go(grid.view.row, grid.view.column);
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {number} minute
 * @param {string} time
 */
async function preview(grid, minute, time) {
  const lesson = grid.model.lessons[grid.view.column];
  await grid.queue.sent;
  const { cells } = await get(`/api/undo/${grid.model.data.journal}/${lesson.id}/${minute}`);
  if (!cells.length) {
    announce(say("undo_nothing", { time }));
    grid.strip.tell({ text: say("undo_nothing", { time }), remedy: "" });
    return;
  }
  const rows = cells.map((/** @type {any} */ cell) =>
    make(
      "tr", {}, make("th", { scope: "row" }, cell.pupil), make("td", {}, cell.now),
      make("td", {}, "→ ", cell.then || say("empty")),
    ),
  );
  const table = make("table", { class: "plain" }, make("tbody", {}, ...rows));
  let sure = false;
  const content = [make("div", { class: "scroll" }, table)];
  await show(say("undo_title", { time, count: cells.length }), content, [
    { label: say("undo_all"), act: () => { sure = true; } },
  ]);
  if (sure && (isProven() || (await askProof()))) {
    cells.forEach((/** @type {any} */ cell) => putBack(grid, cell, time));
  }
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {any} cell
 * @param {string} time
 */
function putBack(grid, cell, time) {
  const { lesson_id, pupil_id, ...fields } = cell.command.fields;
  const row = grid.model.pupils.findIndex((/** @type {any} */ pupil) => pupil.id === pupil_id);
  const column = grid.model.lessons.findIndex((/** @type {any} */ entry) => entry.id === lesson_id);
  if (row < 0 || column < 0) return;
  const isMark = cell.command.kind === "record_mark";
  const reason = isMark && grid.model.lessons[column].past ? { reason: say("undo_reason", { time }) } : {};
  grid.writer.give(row, column, cell.command.kind, { ...fields, ...reason });
}
