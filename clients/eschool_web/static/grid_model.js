// @ts-check
// What stands in the grid: the last word of the server with what was typed since on top of it.

/**
 * A cell: marks as [position, value, kind, weight, comment], presence 0/1/2, stated reason,
 * flags `h` (here, no verdict yet) and `c` (two values met), until when a work is owed («10.12»).
 * @typedef {{marks: number[][] | any[][], presence: number, reason: number, flags: string,
 *   owed: string, typed: number, refusal: any}} Cell
 */

export const ABSENT = 1;
export const LATE = 2;
export const SICK = 2;
export const VALID = 3;

/** @returns {Cell} */
const empty = () => ({ marks: [], presence: 0, reason: 0, flags: "", owed: "", typed: 0, refusal: null });

export class Model {
  /** @param {any} data what the server gave with the page */
  constructor(data) {
    this.take(data);
  }

  /**
   * Take what the server says now; cells with typed values on the way keep theirs.
   * @param {any} data
   * @returns {[number, number][]} cells that look different
   */
  take(data) {
    const before = this.cells ?? new Map();
    if (data.term && this.data?.term) keepTyped(this.data.term.rows, data.term.rows);
    this.data = data;
    this.lessons = data.lessons;
    this.pupils = data.pupils;
    /** @type {Map<string, Cell>} */
    this.cells = new Map();
    for (const [row, column, [marks, presence, reason, flags]] of data.cells) {
      this.cells.set(`${row}:${column}`, { ...empty(), marks, presence, reason, flags });
    }
    for (const [key, cell] of before) {
      if (cell.typed) this.cells.set(key, cell);
      else if (cell.refusal?.local) this.at(...placeOf(key)).refusal = cell.refusal;
    }
    for (const [row, column, until] of data.owed) this.at(row, column).owed = until;
    for (const entry of data.refused) {
      if (entry.row >= 0) this.at(entry.row, entry.column).refusal = entry;
    }
    const keys = new Set([...before.keys(), ...this.cells.keys()]);
    return [...keys].map(placeOf);
  }

  /**
   * @param {number} row
   * @param {number} column
   * @returns {Cell}
   */
  at(row, column) {
    const key = `${row}:${column}`;
    const found = this.cells.get(key);
    if (found) return found;
    const made = empty();
    this.cells.set(key, made);
    return made;
  }

  /**
   * Return a cell's mark at a position, or undefined.
   * @param {number} row
   * @param {number} column
   * @param {number} position
   */
  mark(row, column, position) {
    return this.at(row, column).marks.find((mark) => mark[0] === position);
  }

  /**
   * Return the mean of a row in hundredths, halves up; null where nothing counts.
   * @param {number} row
   */
  mean(row) {
    let weights = 0;
    let sum = 0;
    for (let column = 0; column < this.lessons.length; column += 1) {
      for (const mark of this.cells.get(`${row}:${column}`)?.marks ?? []) {
        weights += mark[3];
        sum += mark[1] * mark[3];
      }
    }
    return weights ? Math.floor((200 * sum + weights) / (2 * weights)) : null;
  }

  /**
   * Return why nothing can be written in a cell, as the name of a text; empty where it can.
   * @param {number} row
   * @param {number} column
   * @param {boolean} isMark
   */
  closed(row, column, isMark) {
    const lesson = this.lessons[column];
    const pupil = this.pupils[row];
    if (!lesson.own) return "closed_foreign";
    if (lesson.begins > this.now()) return "closed_future";
    if (pupil.away.includes(column)) return "closed_away";
    if (isMark && !this.data.marks) return "closed_extracurricular";
    if (isMark && pupil.markless) return "closed_markless";
    return "";
  }

  /** The school's time, seconds: the server's at loading, and what has passed since. */
  now() {
    return this.data.now + (performance.now() - this.data.loaded) / 1000;
  }
}

/**
 * Let term marks that are on their way, or were refused here, stand.
 * @param {any[]} before
 * @param {any[]} rows
 */
function keepTyped(before, rows) {
  before.forEach((entry, row) => {
    if (entry.typed) Object.assign(rows[row], entry, { proposed: rows[row].proposed, why: rows[row].why });
    else if (entry.refusal?.local) rows[row].refusal = entry.refusal;
  });
}

/** @param {string} key @returns {[number, number]} */
function placeOf(key) {
  const [row, column] = key.split(":");
  return [Number(row), Number(column)];
}

/**
 * Return what a cell shows: «4/5», «н/4», «о»; «.» for a work that is owed still.
 * @param {Cell} cell
 * @param {string} absent
 * @param {string} late
 */
export function textOf(cell, absent, late) {
  const parts = cell.presence ? [cell.presence === ABSENT ? absent : late] : [];
  for (const mark of [...cell.marks].sort((a, b) => a[0] - b[0])) parts.push(String(mark[1]));
  if (cell.owed && !cell.marks.length) parts.push(".");
  return parts.join("/");
}
