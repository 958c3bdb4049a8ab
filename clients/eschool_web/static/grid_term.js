// @ts-check
// The column of term marks beside the grid: what is proposed is accepted with Enter, anything else
// is typed; where the rule asks why, the reason is asked for first (2.6, 4.5.5, 2.2).

import { askLine, show } from "./dialog.js";
import { announce, make } from "./dom.js";
import { refusal } from "./grid_card.js";
import { proposeCorrection } from "./grid_move.js";
import { askProof, isProven } from "./proof.js";
import { say } from "./texts.js";

const PASS = 11;
const NOT_ATTESTED = 13;
const EXEMPT = 14;
const HIGHEST = 5;
const NOTHING = "–";
const PAGE_ROWS = 10;
/** Refusals that a reason answers. */
const REASON_ASKED = ["2.2/reason", "2.6/reason", "4.5.5/not-attested"];

/**
 * @typedef {{value: number, reason: string, document: string, proposed: string, why: string[],
 *   flags: string, refusal: any, typed?: number}} TermRow
 */

export class TermColumn {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.row = 0;
  }

  get data() {
    return this.grid.model.data.term;
  }

  /** @param {number} row @returns {TermRow} */
  at(row) {
    return this.data.rows[row];
  }

  /** @param {number} row @returns {HTMLTableCellElement} */
  cell(row) {
    const { cells } = this.grid.view.table.rows[row + 1];
    return cells[cells.length - 1];
  }

  paintAll() {
    if (this.data) this.data.rows.forEach((/** @type {any} */ _, /** @type {number} */ row) => this.paint(row));
  }

  /** @param {number} row */
  paint(row) {
    const entry = this.at(row);
    const cell = this.cell(row);
    const set = entry.value ? make("b", {}, this.shown(entry.value)) : null;
    const proposed = entry.proposed === NOTHING ? NOTHING : make("i", {}, entry.proposed);
    const deviates = this.deviates(entry.value, entry.proposed);
    cell.replaceChildren(set ?? proposed);
    if (deviates) cell.append(make("s", { "aria-label": say("term_proposed", { value: entry.proposed }) }, entry.proposed));
    cell.dataset.s = this.stateOf(entry);
  }

  /** @param {TermRow} entry */
  stateOf(entry) {
    if (entry.refusal) return "r";
    if (entry.flags.includes("c")) return "c";
    if (entry.typed) return "t";
    return entry.flags.includes("h") ? "h" : "";
  }

  /** @param {number} value */
  shown(value) {
    return this.data.words[value] ?? String(value);
  }

  /**
   * Whether a mark differs from what the calculation gives; «н/а» and taking back do not.
   * @param {number} value
   * @param {string} proposed
   */
  deviates(value, proposed) {
    return Boolean(value) && value !== NOT_ATTESTED && proposed !== NOTHING
      && this.shown(value) !== proposed;
  }

  /** @param {Element} element */
  rowOf(element) {
    const cell = element.closest("tbody td.term");
    return cell ? /** @type {HTMLTableRowElement} */ (cell.parentElement).rowIndex - 1 : -1;
  }

  /**
   * Go to a pupil's term mark.
   * @param {number} row
   */
  go(row) {
    if (!this.data) return;
    this.row = Math.min(Math.max(row, 0), this.data.rows.length - 1);
    this.grid.view.reach(this.cell(this.row));
  }

  /** Go back to the lessons, to the same pupil. */
  leave() {
    this.grid.view.go(this.row, this.grid.view.column);
  }

  /**
   * @param {import("./grid_keys.js").Meaning} meaning
   * @returns {boolean} whether it meant something here
   */
  act(meaning) {
    const { row } = this;
    switch (meaning.what) {
      case "digit": return this.type(row, meaning.value ?? 0);
      case "letter": return this.letter(row, meaning.letter ?? "");
      case "enter": return this.accept(row);
      case "skip":
      case "down": return this.go(row + 1), true;
      case "up": return this.go(row - 1), true;
      case "pagedown": return this.go(row + PAGE_ROWS), true;
      case "pageup": return this.go(row - PAGE_ROWS), true;
      case "clear": return this.set(row, { value: 0 }), true;
      case "comment": return this.edit(row), true;
      case "explain": return this.explain(row), true;
      case "undo": return this.grid.writer.undo();
      case "left":
      case "home":
      case "escape": return this.leave(), true;
      default: return false;
    }
  }

  /**
   * @param {number} row
   * @param {number} value
   */
  type(row, value) {
    if (!this.offers(value)) {
      const { lowest } = this.grid.model.data;
      announce(say("scale", { lowest, highest: HIGHEST }));
      return true;
    }
    this.set(row, { value });
    return true;
  }

  /**
   * @param {number} row
   * @param {string} letter
   */
  letter(row, letter) {
    const meant = { з: PASS, н: NOT_ATTESTED, о: EXEMPT };
    const value = meant[/** @type {keyof typeof meant} */ (letter)];
    if (!value || !this.offers(value)) return Boolean(value);
    this.set(row, { value });
    return true;
  }

  /** @param {number} value */
  offers(value) {
    return this.data.values.some((/** @type {any[]} */ entry) => entry[0] === value);
  }

  /** Accept what is proposed and go on; where something stands already, open it. */
  accept(/** @type {number} */ row) {
    const { value, proposed } = this.at(row);
    const found = this.data.values.find((/** @type {any[]} */ entry) => entry[1] === proposed);
    if (value || !found) this.edit(row);
    else this.set(row, { value: found[0] });
    return true;
  }

  isClosed() {
    const why = this.data.closed ? "term_closed" : this.data.own ? "" : "closed_foreign";
    if (!why) return false;
    announce(say(why));
    this.grid.strip.tell({ text: say(why), remedy: say(`${why}_remedy`), clause: "" });
    return true;
  }

  /**
   * Set a mark; what it needs and lacks is asked for.
   * @param {number} row
   * @param {{value: number, reason?: string, document?: string}} given
   */
  async set(row, given) {
    if (this.isClosed()) return;
    const entry = this.at(row);
    if (!given.value && !entry.value) return;
    // Before anything else: a dialog that came later would swallow the next key.
    if (!isProven() && !(await askProof())) return this.go(row);
    const fields = { reason: "", document: "", ...given };
    if (given.value === EXEMPT && !fields.document) {
      fields.document = (await askLine(this.title(row), say("term_document"))) ?? "";
      if (!fields.document) return this.go(row);
    }
    const why = given.value === NOT_ATTESTED ? say("term_reason_absent")
      : this.deviates(given.value, entry.proposed)
        ? say("term_reason", { proposed: entry.proposed, value: this.shown(given.value) }) : "";
    if (why && !fields.reason) {
      fields.reason = (await askLine(this.title(row), why)) ?? "";
      if (!fields.reason) return this.go(row);
    }
    this.put(row, fields);
    this.go(row + 1);
    return undefined;
  }

  /** @param {number} row */
  title(row) {
    return say("term_title", { name: this.grid.model.pupils[row].name });
  }

  /**
   * Show it, remember how to undo it, and send it.
   * @param {number} row
   * @param {{value: number, reason: string, document: string}} fields
   * @param {boolean} [undoing]
   */
  put(row, fields, undoing = false) {
    const entry = this.at(row);
    const { value, reason, document: ground } = entry;
    if (!undoing) this.grid.writer.done.push({ term: row, fields: { value, reason, document: ground } });
    Object.assign(entry, fields, { typed: (entry.typed ?? 0) + 1, refusal: null });
    this.paint(row);
    /** @type {Record<string, number>} */
    const ids = {
      journal_id: this.grid.model.data.journal, pupil_id: this.grid.model.pupils[row].id,
    };
    // Without a term the column sums up the year.
    if (this.data.id) ids.term_id = this.data.id;
    const kind = this.data.id ? "set_term_mark" : "set_year_mark";
    this.grid.queue.add({ kind, fields: { ...ids, ...fields }, term: row });
    const words = fields.value ? this.shown(fields.value) : say("empty");
    announce(say("wrote", { name: this.grid.model.pupils[row].name, value: words }));
  }

  /**
   * @param {import("./grid_queue.js").Entry} sent
   * @param {any} answer
   */
  async answered(sent, answer) {
    const row = sent.term ?? 0;
    const entry = this.at(row);
    entry.typed = Math.max(0, (entry.typed ?? 1) - 1);
    if (answer.refused) return this.refused(row, sent, answer.refused);
    if (!entry.flags.includes("h")) entry.flags += "h";
    for (const finding of answer.findings ?? []) this.grid.strip.tell(finding);
    this.paint(row);
    return undefined;
  }

  /**
   * @param {number} row
   * @param {import("./grid_queue.js").Entry} sent
   * @param {any} said
   */
  async refused(row, sent, said) {
    announce(`${said.text} ${said.remedy}`);
    const { value, document: ground } = sent.fields;
    if (REASON_ASKED.includes(said.key) && !sent.fields.reason) {
      const reason = await askLine(
        this.title(row), `${said.text} ${say("term_reason_why")}`, "", this.grid.model.data.reasons,
      );
      if (reason) return this.put(row, { value, reason, document: ground }, true);
    }
    this.grid.strip.tell(said);
    await this.grid.refresh();
    this.at(row).refusal = { ...said, value: this.shown(value), local: true };
    this.paint(row);
    this.go(row);
    return undefined;
  }

  /** Every value with its reason and document, for who does not know the keys. */
  async edit(/** @type {number} */ row) {
    if (this.isClosed()) return;
    const entry = this.at(row);
    const values = [[0, say("term_none")], ...this.data.values];
    const chosen = entry.value
      || this.data.values.find((/** @type {any[]} */ one) => one[1] === entry.proposed)?.[0] || 0;
    const select = /** @type {HTMLSelectElement} */ (
      make("select", { id: "term-value" }, ...values.map(([value, words]) =>
        make("option", { value, selected: value === chosen }, words)))
    );
    const reason = /** @type {HTMLInputElement} */ (
      make("input", { id: "term-reason", value: entry.reason, maxlength: 200, autocomplete: "off" })
    );
    const ground = /** @type {HTMLInputElement} */ (
      make("input", { id: "term-document", value: entry.document, maxlength: 200, autocomplete: "off" })
    );
    const content = [
      make("p", {}, entry.why.join("; ")),
      make("label", { for: "term-value" }, say("term_value")), select,
      make("label", { for: "term-reason" }, say("term_reason_short")), reason,
      make("label", { for: "term-document" }, say("term_document")), ground,
    ];
    /** @type {{value: number, reason: string, document: string} | null} */
    let given = null;
    const take = () => {
      given = { value: Number(select.value), reason: reason.value.trim(), document: ground.value.trim() };
    };
    await show(this.title(row), content, [{ label: say("save"), act: take }]);
    this.go(row);
    if (given) await this.set(row, given);
  }

  /** @param {number} row */
  async explain(row) {
    const entry = this.at(row);
    const content = [
      make("p", {}, make("strong", {}, entry.value ? this.shown(entry.value) : say("empty"))),
      make("p", {}, say("term_proposed", { value: entry.proposed })),
      make("ul", {}, ...entry.why.map((one) => make("li", {}, one))),
    ];
    if (entry.reason) content.push(make("p", {}, `${say("term_reason_short")}: ${entry.reason}`));
    if (entry.refusal) content.unshift(refusal(entry.refusal));
    if (entry.flags.includes("c")) content.push(make("p", { class: "warn" }, say("cell_conflict")));
    if (entry.flags.includes("h")) content.push(make("p", {}, say("cell_here")));
    if (this.data.due) content.push(make("p", {}, say("term_due", { date: this.data.due })));
    let proposing = false;
    const propose = {
      label: say("correction_propose"), aside: true, act: () => { proposing = true; },
    };
    await show(this.title(row), content, this.data.closed ? [propose] : []);
    if (proposing) await proposeCorrection(this.grid, row);
    this.go(row);
  }
}
