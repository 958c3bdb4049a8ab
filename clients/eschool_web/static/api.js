// @ts-check
// Calls to our own server. A locked or ended worker is told from a refusal.

import { say } from "./texts.js";

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
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const said = value.error ?? { text: say("no_line"), remedy: "" };
    throw Object.assign(new Error(said.text), { said });
  }
  return value;
}

/** @param {string} path */
export const get = (path) => call(path, { method: "GET" });

/**
 * @param {string} path
 * @param {object} [body]
 */
export const post = (path, body = {}) =>
  call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
