// @ts-check
// The inbox: a refused entry is sent again as it is or with another value, or put away.

import { post } from "./api.js";
import { announce, byId } from "./dom.js";
import { give } from "./giving.js";
import { say } from "./texts.js";

export function startInbox() {
  for (const item of document.querySelectorAll("[data-refused]")) {
    const entry = JSON.parse(/** @type {HTMLElement} */ (item).dataset.refused || "{}");
    item.querySelector(".resend")?.addEventListener("click", () => resend(item, entry));
    item.querySelector(".dismiss")?.addEventListener("click", () => dismiss(item, entry));
  }
}

/**
 * @param {Element} item
 * @param {any} entry
 */
async function resend(item, entry) {
  const fields = { ...entry.fields };
  for (const field of item.querySelectorAll("[data-field]")) {
    const input = /** @type {HTMLInputElement} */ (field);
    const name = input.dataset.field || "";
    fields[name] = input.type === "number" ? Number(input.value) : input.value;
  }
  const answer = await give(entry.kind, fields, entry.number);
  if (answer.refused) sayIn(item, `${answer.refused.text} ${answer.refused.remedy}`);
  else gone(item, say("resent"));
}

/**
 * @param {Element} item
 * @param {any} entry
 */
async function dismiss(item, entry) {
  await post("/api/dismiss", { number: entry.number });
  gone(item, say("dismissed"));
}

/**
 * @param {Element} item
 * @param {string} text
 */
function sayIn(item, text) {
  const said = item.querySelector(".said");
  if (said) said.textContent = text;
}

/**
 * @param {Element} item
 * @param {string} text
 */
function gone(item, text) {
  const next = /** @type {HTMLElement | null} */ (
    item.nextElementSibling?.querySelector("button") ?? byId("main")
  );
  item.remove();
  announce(text);
  next?.focus();
}
