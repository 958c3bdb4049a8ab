// @ts-check
// Calls to our own server. A locked or ended worker is told from a refusal.

import { say } from "./texts.js";

/** Browsers carry 64 KiB past the end of a page, all requests together; a letter may be 3 bytes. */
const KEPT_ALIVE = 10_000;

/** The pages are locked, or nobody answers: what is not saved must be kept. */
export class Away extends Error {}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function call(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  } catch {
    throw new Away();
  }
  if (answer.status === 423) throw new Away();
  const value = await answer.json().catch(() => {
    // Cut off on its way: whether it was carried out is not known, so it is kept and sent again.
    if (answer.ok) throw new Away();
    return {};
  });
  if (!answer.ok) {
    const { status } = answer;
    const said = value.error ?? { text: say("failed_answer", { status }), remedy: "" };
    throw Object.assign(new Error(said.text), { said, status });
  }
  return value;
}

/**
 * Return what people are told of a call that failed; what is no failure of a call goes on.
 * @param {unknown} error
 */
export function saidOf(error) {
  if (error instanceof Away) return { text: say("no_line"), remedy: "" };
  const { said } = /** @type {{said?: any}} */ (error);
  if (!said) throw error;
  return said;
}

/** @param {string} path */
export const get = (path) => call(path, { method: "GET" });

/**
 * @param {string} path
 * @param {object} [body]
 */
export const post = (path, body = {}) => posted(path, JSON.stringify(body));

/**
 * Post what must arrive although the page is left meanwhile.
 * @param {string} path
 * @param {object} body
 */
export function postToTheEnd(path, body) {
  const text = JSON.stringify(body);
  return posted(path, text, { keepalive: text.length < KEPT_ALIVE });
}

/**
 * @param {string} path
 * @param {string} body
 * @param {RequestInit} [options]
 */
const posted = (path, body, options = {}) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body, ...options });
