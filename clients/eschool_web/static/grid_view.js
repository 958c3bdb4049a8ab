// @ts-check
// Shows the model in the table that came with the page; one cell can be reached by Tab.

import { byId } from "./dom.js";
import { textOf } from "./grid_model.js";
import { say } from "./texts.js";

const HEAD_ROWS = 1;
const FIRST_COLUMNS = 2;

export class View {
  /** @param {import("./grid_model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.table = /** @type {HTMLTableElement} */ (byId("grid"));
    this.row = 0;
    this.column = model.data.active;
    this.sending = false;
    /** The one cell that Tab reaches. */
    this.stop = this.cell(0, this.column);
  }

  /**
   * @param {number} row
   * @param {number} column
   * @returns {HTMLTableCellElement}
   */
  cell(row, column) {
    return this.table.rows[row + HEAD_ROWS].cells[column + FIRST_COLUMNS];
  }

  /** @param {number} column */
  head(column) {
    return this.table.rows[0].cells[column + FIRST_COLUMNS];
  }

  /**
   * Return the place of a cell, null outside of the lessons.
   * @param {Element} element
   * @returns {[number, number] | null}
   */
  placeOf(element) {
    const cell = /** @type {HTMLTableCellElement | null} */ (element.closest("td[data-c]"));
    if (!cell) return null;
    const row = /** @type {HTMLTableRowElement} */ (cell.parentElement).rowIndex - HEAD_ROWS;
    return [row, cell.cellIndex - FIRST_COLUMNS];
  }

  /**
   * Put what the model says into a cell.
   * @param {number} row
   * @param {number} column
   */
  paint(row, column) {
    const cell = this.cell(row, column);
    const value = this.model.at(row, column);
    const text = textOf(value, say("absent"), say("late"));
    if (!cell.firstChild) cell.append(text);
    else if (cell.firstChild.nodeValue !== text) cell.firstChild.nodeValue = text;
    const state = this.stateOf(value);
    if ((cell.dataset.s ?? "") !== state) cell.dataset.s = state;
    cell.classList.toggle("n", value.presence === 1);
    cell.classList.toggle("k", value.marks.some((mark) => mark[4]));
  }

  /** @param {import("./grid_model.js").Cell} value */
  stateOf(value) {
    if (value.refusal) return "r";
    if (value.flags.includes("c")) return "c";
    if (value.typed) return "t";
    if (value.flags.includes("h")) return this.sending ? "s" : "h";
    return "";
  }

  /** @param {number} row */
  paintMean(row) {
    const mean = this.model.mean(row);
    const cell = this.table.rows[row + HEAD_ROWS].querySelector(".mean");
    const text = mean === null ? "–" : hundredths(mean);
    // The forecast stands behind the mean in the same cell.
    if (!cell) return;
    if (!cell.firstChild) cell.append(text);
    else if (cell.firstChild.nodeValue !== text) cell.firstChild.nodeValue = text;
  }

  /** Show each cell with something in it anew. */
  paintAll() {
    for (const key of this.model.cells.keys()) {
      const [row, column] = key.split(":").map(Number);
      this.paint(row, column);
    }
    for (let row = 0; row < this.model.pupils.length; row += 1) this.paintMean(row);
  }

  /**
   * Let another cell be the one that Tab reaches, and go there.
   * @param {number} row
   * @param {number} column
   * @param {boolean} [focus]
   */
  go(row, column, focus = true) {
    const rows = this.model.pupils.length;
    const columns = this.model.lessons.length;
    if (!rows || !columns) return;
    const changed = column !== this.column;
    const left = this.column;
    this.row = Math.min(Math.max(row, 0), rows - 1);
    this.column = Math.min(Math.max(column, 0), columns - 1);
    const cell = this.cell(this.row, this.column);
    if (changed) this.showColumn(left, this.column);
    this.reach(cell, focus);
  }

  /**
   * Let Tab reach another cell of the table, and go there.
   * @param {HTMLTableCellElement} cell
   * @param {boolean} [focus]
   */
  reach(cell, focus = true) {
    this.stop.tabIndex = -1;
    this.stop = cell;
    cell.tabIndex = 0;
    if (!focus) return;
    cell.focus({ preventScroll: true });
    const box = /** @type {Element} */ (this.table.parentElement);
    const across = box.scrollLeft;
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    // The column of term marks is always in sight.
    if (cell.classList.contains("term")) box.scrollLeft = across;
  }

  /**
   * Mark the column that is looked at: on a narrow screen the only one that is shown.
   * @param {number} left
   * @param {number} entered
   */
  showColumn(left, entered) {
    for (let row = 0; row < this.model.pupils.length; row += 1) {
      this.cell(row, left).classList.remove("on");
      this.cell(row, entered).classList.add("on");
    }
    this.head(left).classList.remove("on");
    this.head(entered).classList.add("on");
    this.table.dispatchEvent(new CustomEvent("column", { detail: entered }));
  }
}

/** @param {number} number */
export function hundredths(number) {
  return `${Math.floor(number / 100)},${String(number % 100).padStart(2, "0")}`;
}
