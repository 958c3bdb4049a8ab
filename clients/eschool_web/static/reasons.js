// @ts-check
// The class teacher's page: one press, or one key on any of its buttons, gives the reason of a day's
// absence (4.6.2) and goes to the next pupil. The line stays until the page comes again, so another
// press corrects it; the arrows go from line to line.

import { announce, byId } from "./dom.js";
import { give as command } from "./giving.js";
import { letterOf } from "./grid_keys.js";
import { say } from "./texts.js";

const DAY_MS = 86_400_000;

/** @type {Map<string, "previousElementSibling" | "nextElementSibling">} */
const STEPS = new Map([
  ["ArrowUp", "previousElementSibling"], ["ArrowDown", "nextElementSibling"],
]);

export function startReasons() {
  for (const item of document.querySelectorAll("[data-reason]")) {
    item.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      if (button) give(/** @type {HTMLElement} */ (item), Number(button.dataset.kind));
    });
    item.addEventListener("keydown", (event) => {
      const pressed = /** @type {KeyboardEvent} */ (event);
      if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return;
      const step = STEPS.get(pressed.key);
      if (step) {
        pressed.preventDefault();
        goTo(item[step]);
        return;
      }
      const letter = letterOf(pressed);
      const button = /** @type {HTMLElement | null} */ (item.querySelector(`[data-letter="${letter}"]`));
      if (letter && button) give(/** @type {HTMLElement} */ (item), Number(button.dataset.kind));
    });
  }
}

/**
 * @param {HTMLElement} item
 * @param {number} excuse
 */
async function give(item, excuse) {
  const day = Date.parse(`${item.dataset.day}T00:00:00Z`) / DAY_MS;
  const fields = { pupil_id: Number(item.dataset.pupil), excuse, first_day: day, last_day: day };
  const { refused } = await command("excuse_absence", fields);
  const said = item.querySelector(".said");
  if (!said) return;
  if (refused) {
    said.textContent = `${refused.text} ${refused.remedy}`;
    return;
  }
  const given = item.querySelector(`[data-kind="${excuse}"]`)?.firstChild?.textContent?.trim();
  said.textContent = `✓ ${given}`;
  item.dataset.given = "";
  countAnew();
  announce(say("reason_written"));
  goTo(item.nextElementSibling);
}

/** The heading counts the lines that wait for a reason, and of them those of today. */
function countAnew() {
  const waiting = [...document.querySelectorAll("[data-reason]:not([data-given])")];
  const today = waiting.filter((item) => item.hasAttribute("data-today"));
  byId("away-count")?.replaceChildren(String(waiting.length));
  byId("away-today")?.replaceChildren(say("of_today", { count: today.length }));
}

/** @param {Element | null} item */
function goTo(item) {
  /** @type {HTMLElement | null} */ (item?.querySelector("button") ?? null)?.focus();
}
