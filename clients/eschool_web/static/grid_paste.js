// @ts-check
// A column copied from a spreadsheet: shown beside the names first, written when it is confirmed.

import { show } from "./dialog.js";
import { make } from "./dom.js";
import { askProof, isProven } from "./proof.js";
import { say } from "./texts.js";

const SIGNS = { н: [1, 0], б: [1, 2], у: [1, 3], о: [2, 0], h: [1, 0], o: [2, 0] };
const MOST_LINES = 60;

/**
 * @typedef {{row: number, typed: string, marks: number[], presence: number[] | null,
 *   wrong: boolean}} Line
 */

/**
 * Return what a line of text means in a cell.
 * @param {string} typed
 * @param {number} lowest
 */
export function read(typed, lowest) {
  /** @type {number[]} */
  const marks = [];
  /** @type {number[] | null} */
  let presence = null;
  let wrong = false;
  for (const part of typed.split("/").map((entry) => entry.trim().toLowerCase())) {
    const value = /^[1-5]$/.test(part) ? Number(part) : 0;
    if (value >= lowest && marks.length < 2) marks.push(value);
    else if (part in SIGNS && !presence) presence = SIGNS[/** @type {keyof SIGNS} */ (part)];
    else if (part) wrong = true;
  }
  return { marks, presence, wrong };
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {ClipboardEvent} event
 */
export async function pasteInto(grid, event) {
  event.preventDefault();
  const { row: first, column } = grid.view;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").slice(0, MOST_LINES);
  /** @type {Line[]} */
  const read_ = [];
  let row = first;
  for (const line of lines) {
    if (row < 0 || row >= grid.model.pupils.length) break;
    const typed = line.split("\t")[0];
    read_.push({ row, typed, ...read(typed, grid.model.data.lowest) });
    const next = grid.nextRow(row);
    row = next === row ? -1 : next;
  }
  if (!read_.length) return;
  const wrong = read_.filter((line) => line.wrong).length;
  const content = [
    make("p", {}, say("paste_intro", { count: read_.length, wrong })),
    make(
      "div", { class: "scroll" },
      make("table", { class: "plain" }, make("tbody", {}, ...read_.map((line) => shown(grid, line)))),
    ),
  ];
  let sure = false;
  await show(say("paste_title"), content, [
    { label: say("paste_write"), act: () => { sure = true; } },
  ]);
  // Many cells at one press: whoever finds the pages open shall not do that (T2).
  if (sure && (isProven() || (await askProof()))) {
    read_.forEach((line) => write(grid, line, column));
  }
  grid.view.go(first, column);
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {Line} line
 */
function shown(grid, line) {
  const said = line.wrong ? say("paste_wrong") : "";
  return make(
    "tr", { class: line.wrong ? "warn" : "" },
    make("th", { scope: "row" }, grid.model.pupils[line.row].name),
    make("td", {}, line.typed), make("td", {}, said),
  );
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {Line} line
 * @param {number} column
 */
function write(grid, line, column) {
  if (line.wrong) return;
  if (line.presence) grid.writer.presence(line.row, column, line.presence[0], line.presence[1]);
  line.marks.forEach((value, position) => grid.writer.mark(line.row, column, value, position));
}
