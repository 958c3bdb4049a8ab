// @ts-check
// From the grid to commands: shown at once, sent in order, put back where they are refused.

import { askLine } from "./dialog.js";
import { announce } from "./dom.js";
import { textOf } from "./grid_model.js";
import { say } from "./texts.js";

const HIGHEST = 5;
const REASON_ASKED = "2.2/reason";

export class Writer {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    /** @type {({row: number, column: number, kind: string, fields: any}
     *   | {term: number, fields: any})[]} */
    this.done = [];
    /** @type {[number, number] | null} */
    this.left = null;
    this.reason = "";
  }

  get model() {
    return this.grid.model;
  }

  /**
   * Give a mark; true where it was taken.
   * @param {number} row
   * @param {number} column
   * @param {number} value
   * @param {number} position
   */
  mark(row, column, value, position) {
    if (this.isClosed(row, column, true)) return false;
    if (value < this.model.data.lowest || value > HIGHEST) {
      announce(say("scale", { lowest: this.model.data.lowest, highest: HIGHEST }));
      return false;
    }
    const { kind, weight } = this.grid.strip.workOf(column);
    const earlier = this.model.mark(row, column, position);
    const comment = earlier ? earlier[4] : "";
    this.put(row, column, "record_mark", {
      value, position, work_kind: kind, weight, comment,
    });
    return true;
  }

  /**
   * Write who was away or late; true where it was taken.
   * @param {number} row
   * @param {number} column
   * @param {number} presence
   * @param {number} reason
   */
  presence(row, column, presence, reason) {
    if (this.isClosed(row, column, false)) return false;
    this.put(row, column, "record_attendance", { presence, stated_reason: reason });
    this.model.lessons[column].roll = true;
    return true;
  }

  /** @param {number} column */
  roll(column) {
    const lesson = this.model.lessons[column];
    if (this.isClosed(this.grid.view.row, column, false)) return true;
    if (!lesson.roll) {
      lesson.roll = true;
      this.grid.queue.add({ kind: "take_roll", fields: { lesson_id: lesson.id } });
    }
    announce(say("roll_taken"));
    this.grid.strip.show();
    return true;
  }

  /**
   * Take back what stands in a cell.
   * @param {number} row
   * @param {number} column
   */
  clear(row, column) {
    const cell = this.model.at(row, column);
    if (this.isClosed(row, column, false)) return true;
    for (const mark of [...cell.marks]) {
      this.put(row, column, "record_mark", {
        value: 0, position: mark[0], work_kind: mark[2], weight: mark[3], comment: "",
      });
    }
    if (cell.presence) this.put(row, column, "record_attendance", { presence: 0, stated_reason: 0 });
    cell.refusal = null;
    this.grid.view.paint(row, column);
    return true;
  }

  /** Put the last change back. */
  undo() {
    const last = this.done.pop();
    if (!last) {
      announce(say("undo_none"));
      return true;
    }
    if ("term" in last) {
      this.grid.term.go(last.term);
      this.grid.term.put(last.term, last.fields, true);
      announce(say("undone", { name: this.model.pupils[last.term].name }));
      return true;
    }
    this.grid.view.go(last.row, last.column);
    this.give(last.row, last.column, last.kind, last.fields);
    announce(say("undone", { name: this.model.pupils[last.row].name }));
    return true;
  }

  /**
   * Give a command on a cell and remember how to undo it.
   * @param {number} row
   * @param {number} column
   * @param {string} kind
   * @param {any} fields
   */
  put(row, column, kind, fields) {
    this.done.push({ row, column, kind, fields: this.before(row, column, kind, fields) });
    this.give(row, column, kind, fields);
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {string} kind
   * @param {any} fields
   */
  before(row, column, kind, fields) {
    const cell = this.model.at(row, column);
    if (kind === "record_attendance") {
      return { presence: cell.presence, stated_reason: cell.reason };
    }
    const earlier = this.model.mark(row, column, fields.position);
    if (!earlier) return { ...fields, value: 0, comment: "" };
    const [position, value, work_kind, weight, comment] = earlier;
    return { position, value, work_kind, weight, comment };
  }

  /**
   * Show it and send it; a change after the lesson's day asks for its reason first (2.2).
   * @param {number} row
   * @param {number} column
   * @param {string} kind
   * @param {any} fields
   */
  async give(row, column, kind, fields) {
    const earlier = kind === "record_mark" && this.model.mark(row, column, fields.position);
    const reasonless = Boolean(earlier) && this.model.lessons[column].past && !fields.reason;
    if (reasonless && counts(earlier, fields)) {
      const reason = await askLine(
        say("reason_title"), say("reason_label"), this.reason, this.model.data.reasons,
      );
      this.grid.view.cell(this.grid.view.row, this.grid.view.column).focus();
      if (!reason) return;
      this.reason = reason;
      fields = { ...fields, reason };
    }
    this.apply(row, column, kind, fields);
    const ids = { lesson_id: this.model.lessons[column].id, pupil_id: this.model.pupils[row].id };
    this.grid.queue.add({ kind, fields: { ...ids, ...fields }, cell: [row, column] });
    this.tell(row, column);
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {string} kind
   * @param {any} fields
   */
  apply(row, column, kind, fields) {
    const cell = this.model.at(row, column);
    if (kind === "record_attendance") {
      cell.presence = fields.presence;
      cell.reason = fields.stated_reason;
    } else {
      cell.marks = cell.marks.filter((mark) => mark[0] !== fields.position);
      if (fields.value) {
        const { position, value, work_kind, weight, comment } = fields;
        cell.marks = [...cell.marks, [position, value, work_kind, weight, comment]];
      }
    }
    cell.typed += 1;
    cell.refusal = null;
    this.grid.view.paint(row, column);
    this.grid.view.paintMean(row);
  }

  /**
   * Take the answer to a command.
   * @param {import("./grid_queue.js").Entry} entry
   * @param {any} answer
   */
  answered(entry, answer) {
    if (entry.term !== undefined) {
      if (!answer.refused) this.grid.pending += 1;
      this.grid.term.answered(entry, answer);
      return;
    }
    if (answer.refused) this.grid.writer.refused(entry, answer.refused);
    else this.grid.pending += 1;
    for (const finding of answer.findings ?? []) {
      announce(`${finding.text} ${finding.remedy}`);
      this.grid.strip.tell(finding);
    }
    if (!entry.cell) return;
    const [row, column] = entry.cell;
    const cell = this.model.at(row, column);
    cell.typed = Math.max(0, cell.typed - 1);
    if (!answer.refused && !cell.flags.includes("h")) cell.flags += "h";
    this.grid.view.paint(row, column);
  }

  /**
   * @param {import("./grid_queue.js").Entry} entry
   * @param {any} refused
   */
  async refused(entry, refused) {
    announce(`${refused.text} ${refused.remedy}`);
    if (!entry.cell) return this.grid.strip.tell(refused);
    const [row, column] = entry.cell;
    const cell = this.model.at(row, column);
    cell.typed = 0;
    if (refused.key === REASON_ASKED) this.model.lessons[column].past = true;
    await this.grid.refresh();
    const value = entry.fields.value ?? entry.fields.presence;
    this.model.at(row, column).refusal = { ...refused, value, local: true, entry };
    this.grid.view.paint(row, column);
    return undefined;
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {boolean} isMark
   */
  isClosed(row, column, isMark) {
    const why = this.model.closed(row, column, isMark);
    if (!why) return false;
    announce(say(why));
    this.grid.strip.tell({ text: say(why), remedy: say(`${why}_remedy`), clause: "" });
    return true;
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  tell(row, column) {
    const text = textOf(this.model.at(row, column), say("absent"), say("late"));
    announce(say("wrote", { name: this.model.pupils[row].name, value: text || say("empty") }));
  }
}

/**
 * Whether a change of a mark counts as a correction.
 * @param {any[]} earlier
 * @param {any} fields
 */
function counts(earlier, fields) {
  const [, value, kind, weight] = earlier;
  return value !== fields.value || kind !== fields.work_kind || weight !== fields.weight;
}
