// @ts-check
// A cell in full: why it was refused (F1), both values of a conflict, its history, a comment (F2).

import { get, post } from "./api.js";
import { askLine, show } from "./dialog.js";
import { make } from "./dom.js";
import { textOf } from "./grid_model.js";
import { moveMark, proposeCorrection } from "./grid_move.js";
import { say } from "./texts.js";

/**
 * Show everything about a cell.
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} column
 */
export async function explain(grid, row, column) {
  const cell = grid.model.at(row, column);
  const pupil = grid.model.pupils[row];
  const lesson = grid.model.lessons[column];
  await grid.queue.sent;
  const { values } = await get(`/api/history/${lesson.id}/${pupil.id}`);
  const content = [
    make("p", {}, say("cell_place", { date: lesson.date, period: lesson.period }), " ",
      make("strong", {}, textOf(cell, say("absent"), say("late")) || say("empty"))),
  ];
  if (cell.owed && !cell.marks.length) content.push(make("p", {}, say("cell_owed", { date: cell.owed })));
  if (cell.refusal) content.push(refusal(cell.refusal));
  if (cell.flags.includes("c")) content.push(make("p", { class: "warn" }, say("cell_conflict")));
  if (cell.flags.includes("h")) content.push(make("p", {}, say("cell_here")));
  const why = grid.model.closed(row, column, true);
  if (why) content.push(make("p", {}, `${say(why)} ${say(`${why}_remedy`)}`));
  const told = grid.forecasts[pupil.id];
  if (told) content.push(make("p", {}, told.words));
  content.push(history(values));
  /** @type {(() => Promise<void>) | null} */
  let next = null;
  /** @type {import("./dialog.js").Action[]} */
  const actions = cell.refusal ? [{ label: say("put_away"), act: () => putAway(grid, row, column) }] : [];
  if (grid.model.data.term?.closed) {
    const propose = () => proposeCorrection(grid, row, column);
    actions.push({ label: say("correction_propose"), aside: true, act: () => { next = propose; } });
  } else if (cell.marks.length && lesson.own) {
    const move = () => moveMark(grid, row, column);
    actions.push({ label: say("move"), aside: true, act: () => { next = move; } });
  }
  await show(pupil.name, content, actions);
  if (next) await /** @type {() => Promise<void>} */ (next)();
  grid.view.go(row, column);
}

/** @param {any} said */
export function refusal(said) {
  const clause = said.clause ? say("clause", { clause: said.clause }) : "";
  const value = said.value ? say("refused_value", { value: said.value }) : "";
  return make(
    "div", { class: "warn" },
    make("p", {}, make("strong", {}, `${say(said.held ? "held" : "refused")} ${value}`)),
    make("p", {}, `${clause} ${said.text}`),
    make("p", {}, said.remedy),
  );
}

/**
 * Show how topic and homework of a lesson came about.
 * @param {import("./grid.js").Grid} grid
 * @param {any} lesson
 */
export async function explainTexts(grid, lesson) {
  await grid.queue.sent;
  const { values } = await get(`/api/history/${lesson.id}/0`);
  const title = say("lesson", { date: lesson.date, period: lesson.period });
  await show(title, [history(values)]);
}

/** @param {any[]} values */
function history(values) {
  if (!values.length) return make("p", { class: "quiet" }, say("history_none"));
  const rows = values.map((value) =>
    make(
      "tr", {},
      make("td", {}, value.at), make("td", {}, value.author),
      make("td", {}, value.text, value.present ? make("em", {}, ` ${say("stands")}`) : ""),
      make("td", {}, value.reason, value.conflict ? ` ${say("unseen")}` : ""),
    ),
  );
  const heads = ["history_at", "history_author", "history_value", "history_reason"];
  return make(
    "table", { class: "plain" },
    make("caption", {}, say("history")),
    make("thead", {}, make("tr", {}, ...heads.map((key) => make("th", { scope: "col" }, say(key))))),
    make("tbody", {}, ...rows),
  );
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} column
 */
function putAway(grid, row, column) {
  const cell = grid.model.at(row, column);
  const number = cell.refusal?.number;
  cell.refusal = null;
  grid.view.paint(row, column);
  if (number !== undefined) post("/api/dismiss", { number }).catch(() => {});
}

/**
 * Let the teacher write a comment on the mark of a cell.
 * @param {import("./grid.js").Grid} grid
 * @param {number} row
 * @param {number} column
 */
export async function comment(grid, row, column) {
  const mark = grid.model.mark(row, column, 0);
  const pupil = grid.model.pupils[row];
  if (!mark) return grid.strip.tell({ text: say("comment_none"), remedy: say("comment_none_remedy") });
  const [position, value, work_kind, weight, before] = mark;
  const text = await askLine(say("comment_title", { name: pupil.name }), say("comment_label"), before);
  grid.view.go(row, column);
  if (text === null || text === before) return undefined;
  grid.writer.put(row, column, "record_mark", { position, value, work_kind, weight, comment: text });
  return undefined;
}
