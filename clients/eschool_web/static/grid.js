// @ts-check
// The journal grid: keys to commands. What a key means is in grid_keys.js, what is shown in
// grid_view.js, what is sent in grid_queue.js.

import { get } from "./api.js";
import { announce, byId, dataOf } from "./dom.js";
import { comment, explain } from "./grid_card.js";
import { showChips } from "./grid_chip.js";
import { Find } from "./grid_find.js";
import { meaningOf } from "./grid_keys.js";
import { Model } from "./grid_model.js";
import { owe } from "./grid_owed.js";
import { pasteInto } from "./grid_paste.js";
import { Queue } from "./grid_queue.js";
import { Strip } from "./grid_strip.js";
import { TermColumn } from "./grid_term.js";
import { startTools } from "./grid_tools.js";
import { View } from "./grid_view.js";
import { Writer } from "./grid_write.js";
import { isLocked } from "./lock.js";
import { onStanding } from "./standing.js";
import { say } from "./texts.js";
import { holdsUnsaved, whenLeft } from "./unsaved.js";

const PAGE_ROWS = 10;
const CHIPS_AFTER_MS = 400;

/** @param {any} unsaved */
export function startGrid(unsaved) {
  const data = dataOf("grid-data");
  if (!data.lessons.length || !data.pupils.length) return;
  new Grid(data, unsaved).start(unsaved);
}

export class Grid {
  /**
   * @param {any} data
   * @param {any} unsaved
   */
  constructor(data, unsaved) {
    this.model = new Model({ ...data, loaded: performance.now() });
    this.view = new View(this.model);
    this.find = new Find(this.view);
    this.queue = new Queue((entry, answer) => this.writer.answered(entry, answer));
    this.writer = new Writer(this);
    this.term = new TermColumn(this);
    this.strip = new Strip(this, unsaved.drafts ?? {});
    this.second = false;
    /** @type {Record<string, {mark: number, risky: boolean, words: string}>} */
    this.forecasts = {};
    this.seq = data.standing.seq;
    this.pending = data.standing.pending;
    /** What is shown is older than what was heard of. */
    this.stale = false;
  }

  /** @param {any} unsaved */
  start(unsaved) {
    this.view.paintAll();
    this.term.paintAll();
    this.view.row = 0;
    this.view.go(0, this.model.data.active);
    this.strip.show();
    const table = this.view.table;
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("mousedown", (event) => this.click(event));
    table.addEventListener("paste", (event) => pasteInto(this, event));
    table.addEventListener("column", () => this.strip.show());
    byId("pad")?.addEventListener("click", (event) => this.pad(event));
    startTools(this);
    onStanding((standing) => this.standing(standing));
    holdsUnsaved("commands", () => this.queue.waiting);
    holdsUnsaved("drafts", () => this.strip.drafts());
    whenLeft(() => this.queue.leave());
    if (unsaved.commands?.length) this.resend(unsaved.commands).catch(() => {});
    if (!this.strip.restore()) this.view.go(this.view.row, this.view.column);
    performance.mark("grid-ready");
    setTimeout(() => {
      if (!isLocked() && this.view.table.isConnected) showChips(this).catch(() => {});
    }, CHIPS_AFTER_MS);
  }

  /**
   * Enter what a lock has kept, and show it: the page was made before it was entered.
   * @param {import("./grid_queue.js").Entry[]} entries
   */
  async resend(entries) {
    await this.queue.resend(entries);
    if (!isLocked()) await this.refresh(false);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const meaning = meaningOf(event, this.find.on);
    if (!meaning) return;
    const inTerm = this.term.rowOf(/** @type {Element} */ (event.target)) >= 0;
    if (inTerm ? this.term.act(meaning) : this.act(meaning)) event.preventDefault();
  }

  /**
   * Do what a key means; true where it meant something here.
   * @param {import("./grid_keys.js").Meaning} meaning
   */
  act(meaning) {
    if (this.find.on && this.finding(meaning)) return true;
    switch (meaning.what) {
      case "digit": return this.digit(meaning.value ?? 0);
      case "letter": return this.letter(meaning.letter ?? "");
      case "second": return this.back();
      case "owed": return owe(this, this.view.row, this.view.column), true;
      case "clear": return this.writer.clear(this.view.row, this.view.column);
      case "undo": return this.writer.undo();
      case "skip": return this.advance();
      case "find": return this.find.start(), true;
      case "topic": return this.strip.openTopic(), true;
      case "homework": return this.strip.openHomework(), true;
      case "explain": return explain(this, this.view.row, this.view.column), true;
      case "comment": return comment(this, this.view.row, this.view.column), true;
      case "escape": return this.leave();
      default: return this.move(meaning);
    }
  }

  /** @param {import("./grid_keys.js").Meaning} meaning */
  finding(meaning) {
    const row = this.find.only();
    switch (meaning.what) {
      case "letter": return this.find.add(meaning.letter ?? ""), true;
      case "escape":
      case "find": return this.find.stop(), true;
      case "clear": return this.find.typed ? (this.find.back(), true) : false;
      case "digit":
      case "enter":
        if (row < 0) return announce(say("find_many")), true;
        this.view.go(row, this.view.column);
        if (meaning.what === "enter") this.writer.presence(row, this.view.column, 1, 0);
        else this.writer.mark(row, this.view.column, meaning.value ?? 0, 0);
        this.find.next();
        return true;
      default: return false;
    }
  }

  /** @param {number} value */
  digit(value) {
    const { row, column } = this.view;
    const position = this.second ? 1 : 0;
    this.second = false;
    if (this.writer.mark(row, column, value, position)) this.advance();
    return true;
  }

  /** @param {string} letter */
  letter(letter) {
    const { row, column } = this.view;
    const codes = { н: [1, 0], б: [1, 2], у: [1, 3], о: [2, 0] };
    if (letter === "в") return this.writer.roll(column);
    if (letter === "и") return this.term.go(row), true;
    const code = codes[/** @type {keyof codes} */ (letter)];
    if (!code) return false;
    if (this.writer.presence(row, column, code[0], code[1])) this.advance();
    return true;
  }

  /** Go back to the cell just left, for a second mark. */
  back() {
    const left = this.writer.left ?? [this.view.row, this.view.column];
    this.view.go(left[0], left[1]);
    this.second = true;
    announce(say("second"));
    return true;
  }

  /** Go on as the mode says: down the column, along the row, or stay. */
  advance() {
    const { row, column } = this.view;
    this.writer.left = [row, column];
    if (this.mode === "down") this.view.go(this.nextRow(row), column);
    if (this.mode === "right") this.view.go(row, column + 1);
    return true;
  }

  get mode() {
    const chosen = /** @type {HTMLInputElement | null} */ (
      document.querySelector("input[name=mode]:checked")
    );
    return chosen ? chosen.value : "down";
  }

  /**
   * The next pupil who stands in the journal that day.
   * @param {number} row
   */
  nextRow(row) {
    for (let next = row + 1; next < this.model.pupils.length; next += 1) {
      if (!this.model.pupils[next].away.includes(this.view.column)) return next;
    }
    return row;
  }

  /** @param {import("./grid_keys.js").Meaning} meaning */
  move(meaning) {
    const { row, column } = this.view;
    const last = this.model.pupils.length - 1;
    this.second = false;
    /** @type {Record<string, [number, number]>} */
    const steps = {
      up: [row - 1, column], down: [row + 1, column], left: [row, column - 1],
      right: [row, column + 1], pageup: [row - PAGE_ROWS, column],
      pagedown: [row + PAGE_ROWS, column],
      home: [meaning.whole ? 0 : row, 0],
      end: [meaning.whole ? last : row, this.model.lessons.length - 1],
    };
    const to = steps[meaning.what];
    if (!to) return false;
    if (meaning.what === "down") this.writer.left = [row, column];
    if (meaning.what === "right" && column === this.model.lessons.length - 1 && this.term.data) {
      this.term.go(row);
      return true;
    }
    this.view.go(to[0], to[1]);
    return true;
  }

  /** Leave the grid for what comes after it. */
  leave() {
    byId("topic")?.focus();
    return true;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const target = /** @type {Element} */ (event.target);
    const row = this.term.rowOf(target);
    if (row >= 0) {
      event.preventDefault();
      const again = row === this.term.row && document.activeElement === this.term.cell(row);
      this.term.go(row);
      if (again || matchMedia("(pointer: coarse), (max-width: 48rem)").matches) this.term.edit(row);
      return;
    }
    const place = this.view.placeOf(target);
    if (!place) return;
    event.preventDefault();
    this.view.go(place[0], place[1]);
  }

  /** @param {Event} event */
  pad(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!button) return;
    const { what, value, letter } = button.dataset;
    this.act({ what: what ?? "", value: Number(value), letter });
  }

  /** @param {any} standing */
  async standing(standing) {
    if (standing.syncing !== this.view.sending) {
      this.view.sending = standing.syncing;
      this.view.paintAll();
    }
    const moved = standing.seq !== this.seq || standing.pending < this.pending;
    this.seq = standing.seq;
    this.pending = standing.pending;
    if ((moved || this.stale) && this.queue.empty) await this.refresh(false);
  }

  /**
   * Ask how the journal stands, and show it.
   * @param {boolean} [always] false leaves an answer that something was typed after for later:
   *   it knows nothing of that yet
   */
  async refresh(always = true) {
    const before = this.queue.added;
    const { journal, lessons } = this.model.data;
    const sum = this.model.data.term && !this.model.data.term.id ? "&sum=year" : "";
    const data = await get(`/api/journal/${journal}?lesson=${lessons[this.view.column].id}${sum}`);
    this.stale = !always && this.queue.added !== before;
    if (this.stale) return;
    const same = data.lessons.length === lessons.length
      && data.pupils.length === this.model.pupils.length;
    if (!same) return this.showAnew();
    for (const [row, column] of this.model.take({ ...data, loaded: performance.now() })) {
      this.view.paint(row, column);
    }
    this.model.pupils.forEach((/** @type {any} */ _, /** @type {number} */ row) => this.view.paintMean(row));
    this.term.paintAll();
    this.strip.show();
  }

  /** Lessons or pupils are others now: fetch the whole page, once nobody is in the middle of it. */
  showAnew() {
    this.stale = !this.queue.empty || this.strip.isBusy() || Boolean(document.querySelector("dialog"));
    if (!this.stale) location.reload();
  }
}
