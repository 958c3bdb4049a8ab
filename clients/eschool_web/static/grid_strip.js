// @ts-check
// The strip below the grid: topic, homework, work, roll and deadline of the lesson looked at.
// A text that was typed is saved by Enter and also when its field is left, to the lesson that it
// was typed for; what the plan only proposes is taken by Enter alone.

import { askLine } from "./dialog.js";
import { announce, byId } from "./dom.js";
import { explainTexts } from "./grid_card.js";
import { showFiles } from "./grid_files.js";
import { showLinks } from "./grid_links.js";
import { isLocked } from "./lock.js";
import { say } from "./texts.js";

const FULL_WEIGHT = 100;
const CLASSWORK = 2;
const FIRST_RECORDED_WORK = 4;
const HOURS_TOLD_BY_MINUTES = 48;
const DEADLINE_EVERY_MS = 15_000;

/** @param {number} left minutes until the deadline, negative after it */
function deadlineSaid(left) {
  if (left < 0) return say("deadline_over");
  const hours = Math.floor(left / 60);
  if (hours < HOURS_TOLD_BY_MINUTES) return say("deadline_left", { hours, minutes: left % 60 });
  return say("deadline_days", { days: Math.floor(hours / 24), hours: hours % 24 });
}

export class Strip {
  /**
   * @param {import("./grid.js").Grid} grid
   * @param {{name?: string, text?: string, lesson?: number}} draft what was being typed when the
   *   page was locked
   */
  constructor(grid, draft) {
    this.grid = grid;
    this.draft = draft;
    /** Where somebody types, and the id of the lesson that it is for. */
    /** @type {{field: HTMLInputElement, lesson: number} | null} */
    this.typing = null;
    this.topic = /** @type {HTMLInputElement} */ (byId("topic"));
    this.homework = /** @type {HTMLInputElement} */ (byId("homework"));
    this.kind = /** @type {HTMLSelectElement} */ (byId("kind"));
    this.weight = /** @type {HTMLInputElement} */ (byId("weight"));
    /** @type {Map<number, {kind: number, weight: number}>} */
    this.works = new Map();
    this.topic.addEventListener("keydown", (event) => this.inTopic(event));
    this.homework.addEventListener("keydown", (event) => this.inHomework(event));
    for (const field of [this.topic, this.homework]) {
      field.addEventListener("input", () => this.typed(field));
      field.addEventListener("blur", (event) => this.left(event));
    }
    this.kind.addEventListener("change", () => this.setKind());
    this.weight.addEventListener("change", () => this.setWeight());
    this.ticking = setInterval(() => this.showDeadline(), DEADLINE_EVERY_MS);
  }

  get lesson() {
    return this.grid.model.lessons[this.grid.view.column];
  }

  /** Show the lesson that is looked at. */
  show() {
    const lesson = this.lesson;
    const title = byId("strip-title");
    if (title) title.textContent = say("lesson", { date: lesson.date, period: lesson.period });
    if (document.activeElement !== this.topic) this.topic.value = lesson.topic;
    if (document.activeElement !== this.homework) this.homework.value = lesson.homework ?? "";
    const next = this.next();
    this.topic.placeholder = lesson.topic ? "" : next?.topic ?? "";
    this.homework.placeholder = lesson.homework === null ? this.proposed() : say("not_set");
    for (const field of [this.topic, this.homework, this.kind, this.weight]) {
      field.toggleAttribute("disabled", !lesson.own);
    }
    const work = this.workOf(this.grid.view.column);
    this.kind.value = String(work.kind);
    this.weight.value = String(work.weight / FULL_WEIGHT);
    const note = byId("note");
    if (note) note.textContent = lesson.note ? say("substitution", { names: lesson.note }) : "";
    byId("roll")?.toggleAttribute("disabled", !lesson.own || lesson.roll);
    const roll = byId("roll-state");
    if (roll) roll.textContent = say(lesson.roll ? "roll_done" : "roll_missing");
    for (const [name, field] of [["t", this.topic], ["h", this.homework]]) {
      /** @type {HTMLElement} */ (field).dataset.s = lesson.here.includes(name) ? "h" : "";
    }
    showFiles(this.grid, lesson);
    showLinks(this.grid, lesson);
    this.showDeadline();
  }

  showDeadline() {
    const shown = byId("deadline");
    // A page that was locked leaves nothing behind that holds its pupils.
    if (!this.topic.isConnected) clearInterval(this.ticking);
    if (!shown || !this.topic.isConnected) return;
    const { deadline, homework, own } = this.lesson;
    const left = Math.floor((deadline - this.grid.model.now()) / 60);
    let words = "";
    // Who may not write it here is hurried by nothing.
    if (deadline && homework === null && own) words = deadlineSaid(left);
    if (shown.textContent !== words) shown.textContent = words;
    shown.classList.toggle("late", Boolean(words) && left < 0);
  }

  /** The plan's item that comes next, undefined where the plan is done. */
  next() {
    return this.grid.model.data.plan.find((/** @type {any} */ item) => item.left > 0);
  }

  /** The homework that the plan proposes for the lesson. */
  proposed() {
    const { item } = this.lesson;
    const own = this.grid.model.data.plan.find((/** @type {any} */ line) => line.id === item);
    return (own ?? this.next())?.homework ?? "";
  }

  /**
   * The work of a column and its weight: as chosen, else as recorded, else as its marks have it.
   * @param {number} column
   */
  workOf(column) {
    const chosen = this.works.get(column);
    if (chosen) return chosen;
    const recorded = this.grid.model.lessons[column].works[0];
    for (let row = 0; row < this.grid.model.pupils.length; row += 1) {
      const mark = this.grid.model.mark(row, column, 0);
      if (mark) return { kind: recorded ? recorded[0] : mark[2], weight: mark[3] };
    }
    return { kind: recorded ? recorded[0] : CLASSWORK, weight: FULL_WEIGHT };
  }

  async setKind() {
    const { column } = this.grid.view;
    const kind = Number(this.kind.value);
    this.works.set(column, { kind, weight: this.workOf(column).weight });
    const lesson = this.lesson;
    if (kind >= FIRST_RECORDED_WORK && !lesson.works.some((/** @type {any} */ work) => work[0] === kind)) {
      const topic = await askLine(say("work_title"), say("work_topic"), lesson.topic);
      if (topic !== null) {
        lesson.works = [[kind, topic], ...lesson.works];
        const fields = { lesson_id: lesson.id, work_kind: kind, topic };
        this.grid.queue.add({ kind: "record_work", fields });
      }
    }
    this.showHead(column);
  }

  setWeight() {
    const { column } = this.grid.view;
    const weight = Math.round(Number(this.weight.value.replace(",", ".")) * FULL_WEIGHT);
    if (!(weight >= 0 && weight <= 10 * FULL_WEIGHT)) return;
    this.works.set(column, { kind: this.workOf(column).kind, weight });
    this.showHead(column);
  }

  /** @param {number} column */
  showHead(column) {
    const { kind, weight } = this.workOf(column);
    const letters = this.kind.querySelector(`option[value="${kind}"]`)?.getAttribute("data-short");
    const head = this.grid.view.head(column).querySelector(".work");
    const factor = weight === FULL_WEIGHT ? "" : ` ×${String(weight / FULL_WEIGHT).replace(".", ",")}`;
    if (head) head.textContent = `${letters ?? ""}${factor}`;
  }

  openTopic() {
    if (this.topic.disabled) return this.closed();
    this.topic.focus();
    if (!this.topic.value) this.topic.value = this.next()?.topic ?? "";
    this.topic.select();
    return undefined;
  }

  openHomework() {
    if (this.homework.disabled) return this.closed();
    this.homework.focus();
    if (this.lesson.homework === null) this.homework.value = this.proposed();
    this.homework.select();
    return undefined;
  }

  closed() {
    announce(say("closed_foreign"));
    this.tell({ text: say("closed_foreign"), remedy: say("closed_foreign_remedy"), clause: "" });
  }

  /** @param {KeyboardEvent} event */
  inTopic(event) {
    if (this.isWayOut(event, this.topic, this.lesson.topic) || event.key !== "Enter") return;
    event.preventDefault();
    this.saveTopic(this.lesson);
    this.openHomework();
  }

  /** @param {any} lesson */
  saveTopic(lesson) {
    const text = this.topic.value.trim();
    this.typing = null;
    if (!text || text === lesson.topic) return;
    const item = this.next()?.topic === text ? this.next() : null;
    if (item) item.left -= 1;
    lesson.topic = text;
    lesson.item = item ? item.id : 0;
    lesson.here = [...lesson.here, "t"];
    const fields = { lesson_id: lesson.id, text, plan_item_id: lesson.item };
    this.grid.queue.add({ kind: "record_topic", fields });
    announce(say("topic_wrote"));
  }

  /** @param {KeyboardEvent} event */
  inHomework(event) {
    const before = this.lesson.homework ?? "";
    if (this.isWayOut(event, this.homework, before) || event.key !== "Enter") return;
    event.preventDefault();
    this.saveHomework(this.lesson);
    this.backToGrid();
  }

  /** @param {any} lesson */
  saveHomework(lesson) {
    const typed = this.homework.value.trim();
    const text = typed === "0" ? "" : typed;
    this.typing = null;
    if ((!text && typed !== "0") || text === lesson.homework) return;
    lesson.homework = text;
    lesson.here = [...lesson.here, "h"];
    this.grid.queue.add({ kind: "record_homework", fields: { lesson_id: lesson.id, text } });
    announce(say(text ? "homework_wrote" : "homework_none"));
  }

  /**
   * Somebody types: the text belongs to the lesson that is looked at now.
   * @param {HTMLInputElement} field
   */
  typed(field) {
    if (this.typing?.field !== field) this.typing = { field, lesson: this.lesson.id };
  }

  /**
   * The field is left, for another column too: save what was typed. A dialog over the page leaves
   * it as it is, and a lock has sealed it.
   * @param {FocusEvent} event
   */
  left(event) {
    const { typing } = this;
    const to = /** @type {Element | null} */ (event.relatedTarget);
    if (!typing || typing.field !== event.target || isLocked() || to?.closest("dialog")) return;
    const column = this.columnOf(typing.lesson);
    const lesson = this.grid.model.lessons[column < 0 ? this.grid.view.column : column];
    if (typing.field === this.topic) this.saveTopic(lesson);
    else this.saveHomework(lesson);
    this.show();
  }

  /** @param {number} id of a lesson */
  columnOf(id) {
    return this.grid.model.lessons.findIndex((/** @type {any} */ one) => one.id === id);
  }

  /** Whether somebody is in the middle of a text. */
  isBusy() {
    return [this.topic, this.homework].some((field) => field === document.activeElement);
  }

  /**
   * Esc puts the field back; F8 and F9 work here too.
   * @param {KeyboardEvent} event
   * @param {HTMLInputElement} field
   * @param {string} before
   */
  isWayOut(event, field, before) {
    if (event.key === "Escape") {
      this.typing = null;
      field.value = before;
      this.backToGrid();
    } else if (event.key === "F8") this.openTopic();
    else if (event.key === "F9") this.openHomework();
    else if (event.key === "F1") explainTexts(this.grid, this.lesson).then(() => field.focus());
    else return false;
    event.preventDefault();
    return true;
  }

  backToGrid() {
    this.grid.view.go(this.grid.view.row, this.grid.view.column);
    this.show();
  }

  /**
   * Say below the grid what happened and what to do.
   * @param {{text: string, remedy: string, clause?: string}} said
   */
  tell(said) {
    const shown = byId("said");
    if (!shown) return;
    const clause = said.clause ? say("clause", { clause: said.clause }) : "";
    shown.textContent = [clause, said.text, said.remedy].filter(Boolean).join(" ");
  }

  /** What is typed and not saved, with the lesson that it is for. */
  drafts() {
    if (!this.typing) return {};
    const { field, lesson } = this.typing;
    return { name: field.id, text: field.value, lesson };
  }

  /** Put a draft back into its field, at its lesson; true where there was one. */
  restore() {
    const { name, text, lesson } = this.draft;
    if (!name || text === undefined) return false;
    const column = this.columnOf(lesson ?? 0);
    if (column >= 0) this.grid.view.go(this.grid.view.row, column);
    const field = name === "topic" ? this.topic : this.homework;
    if (field === this.topic) this.openTopic();
    else this.openHomework();
    field.value = text;
    this.typed(field);
    return true;
  }
}
