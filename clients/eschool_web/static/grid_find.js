// @ts-check
// Find mode (F4): letters narrow the roll until one pupil is left; a digit marks, Enter is «н».
// Letters match the family name, or its first letter and the given name: «ив», «ип».

import { announce, byId } from "./dom.js";
import { say } from "./texts.js";

/** @param {string} text */
const plain = (text) => text.toLowerCase().replaceAll("ё", "е");

/**
 * @param {string} name family, given name, patronymic
 * @param {string} typed
 */
export function fits(name, typed) {
  const [family, given] = plain(name).split(" ");
  const wanted = plain(typed);
  if (family.startsWith(wanted)) return true;
  return wanted.length > 1 && family.startsWith(wanted[0])
    && Boolean(given?.startsWith(wanted.slice(1)));
}

export class Find {
  /** @param {import("./grid_view.js").View} view */
  constructor(view) {
    this.view = view;
    this.typed = "";
    this.on = false;
  }

  start() {
    this.on = true;
    this.typed = "";
    this.show();
    announce(say("find_on"));
  }

  stop() {
    this.on = false;
    this.typed = "";
    this.show();
  }

  /** Begin the next name; what the last one showed stays where it is. */
  next() {
    this.typed = "";
    this.show();
  }

  /** @returns {number[]} rows that fit; all of them while nothing is typed */
  rows() {
    const lesson = this.view.column;
    return this.view.model.pupils
      .map((/** @type {any} */ pupil, /** @type {number} */ row) => ({ pupil, row }))
      .filter(({ pupil }) => !pupil.away.includes(lesson) && fits(pupil.name, this.typed))
      .map(({ row }) => row);
  }

  /** The one pupil that is left, -1 while there are several. */
  only() {
    const rows = this.typed ? this.rows() : [];
    return rows.length === 1 ? rows[0] : -1;
  }

  /** @param {string} letter */
  add(letter) {
    const before = this.typed;
    this.typed += letter;
    const rows = this.rows();
    if (!rows.length) {
      this.typed = before;
      announce(say("find_none", { typed: before + letter }));
      return;
    }
    this.show();
    this.view.go(rows[0], this.view.column);
    if (rows.length === 1) announce(say("find_one", { name: this.view.model.pupils[rows[0]].name }));
  }

  /** Take the last letter back. */
  back() {
    this.typed = this.typed.slice(0, -1);
    this.show();
  }

  show() {
    const bar = byId("find");
    if (!bar) return;
    bar.hidden = !this.on;
    const words = byId("find-typed");
    const rows = new Set(this.on && this.typed ? this.rows() : []);
    if (words) words.textContent = this.typed || "…";
    const count = byId("find-count");
    if (count) count.textContent = this.typed ? say("find_left", { count: rows.size }) : "";
    this.view.model.pupils.forEach((/** @type {any} */ _, /** @type {number} */ row) => {
      const line = this.view.table.rows[row + 1];
      line.classList.toggle("dim", this.on && Boolean(this.typed) && !rows.has(row));
    });
  }
}
