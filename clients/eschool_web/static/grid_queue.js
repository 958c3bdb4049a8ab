// @ts-check
// Sends what is typed, in order, as soon as it is typed. Nothing leaves the queue without an
// answer: while the pages are locked it waits, sealed, and what the page is left with is sent on.

import { Away, postToTheEnd } from "./api.js";
import { showLock } from "./lock.js";
import { askProof, isProofAsked } from "./proof.js";

const MOST_AT_ONCE = 50;

/**
 * @typedef {{kind: string, fields: Record<string, any>, replaces?: number,
 *   cell?: [number, number], term?: number}} Entry
 */

export class Queue {
  /** @param {(entry: Entry, answer: any) => void} answered */
  constructor(answered) {
    this.answered = answered;
    /** @type {Entry[]} */
    this.waiting = [];
    this.sending = false;
    /** Settled when nothing is on its way: what is asked for then knows all that was typed. */
    this.sent = Promise.resolve();
    /** How many of those that wait are on their way. */
    this.flying = 0;
    /** How many entries were ever added. */
    this.added = 0;
  }

  /** @param {Entry} entry */
  add(entry) {
    this.added += 1;
    this.waiting.push(entry);
    this.send();
  }

  /**
   * Send what a lock has kept.
   * @param {Entry[]} entries
   */
  async resend(entries) {
    this.added += entries.length;
    this.waiting.push(...entries);
    await this.send();
  }

  get empty() {
    return !this.waiting.length;
  }

  send() {
    if (!this.sending) this.sent = this.sendAll();
    return this.sent;
  }

  async sendAll() {
    this.sending = true;
    try {
      while (this.waiting.length) {
        const batch = this.waiting.slice(0, MOST_AT_ONCE);
        this.flying = batch.length;
        const { answers } = await give(batch);
        this.flying = 0;
        const asked = batch.filter((_, index) => isProofAsked(answers[index]));
        // What waits for the passphrase stays unsaved, so a lock meanwhile keeps it.
        this.waiting.splice(0, batch.length, ...asked);
        batch.forEach((entry, index) => {
          if (!isProofAsked(answers[index])) this.answered(entry, answers[index]);
        });
        if (asked.length && !(await askProof())) {
          this.waiting = this.waiting.filter((entry) => !asked.includes(entry));
          asked.forEach((entry) => this.answered(entry, answers[batch.indexOf(entry)]));
        }
      }
    } catch (error) {
      if (error instanceof Away) showLock();
      else this.reject(/** @type {any} */ (error));
    } finally {
      this.sending = false;
      this.flying = 0;
    }
  }

  /** The page is left: what waited for an answer to come is sent after it, and none is awaited. */
  leave() {
    const rest = this.waiting.slice(this.flying);
    this.waiting = this.waiting.slice(0, this.flying);
    for (let begin = 0; begin < rest.length; begin += MOST_AT_ONCE) {
      give(rest.slice(begin, begin + MOST_AT_ONCE)).catch(() => {});
    }
  }

  /** @param {{said?: any, message: string}} error */
  reject(error) {
    const said = error.said ?? { text: error.message, remedy: "", clause: "", key: "" };
    const [first, ...others] = this.waiting;
    this.waiting = others;
    if (first) this.answered(first, { refused: said });
    if (others.length) setTimeout(() => this.send());
  }
}

/** @param {Entry[]} entries */
function give(entries) {
  const commands = entries.map(({ kind, fields, replaces }) => ({ kind, fields, replaces }));
  return postToTheEnd("/api/do-each", { commands });
}
