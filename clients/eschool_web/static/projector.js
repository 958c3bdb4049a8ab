// @ts-check
// The board view (4.5.7): topic and homework for the projector, everything else locked away. It is
// a lock with something to read on it: key and rows are gone, and the passphrase brings them back.

import { byId, make } from "./dom.js";
import { isLocked, lock } from "./lock.js";
import { say } from "./texts.js";

const KEY = "F7";

/** @param {import("./grid.js").Grid} grid */
export function startProjector(grid) {
  const button = byId("project");
  if (!button) return;
  const open = () => lock(board(grid.strip.lesson, button.dataset.subject ?? ""));
  button.addEventListener("click", open);
  // The body goes with the lock, and with it what listens here.
  document.body.addEventListener("keydown", (event) => {
    if (event.key !== KEY || event.ctrlKey || event.altKey || isLocked()) return;
    event.preventDefault();
    open();
  });
}

/**
 * Return what a class may read: no class and no name, which an individual journal's group can be.
 * @param {any} lesson
 * @param {string} subject
 */
function board(lesson, subject) {
  const homework = lesson.homework === "" ? say("not_set") : lesson.homework;
  return make(
    "section", { class: "board" },
    make("p", { class: "board-when" }, `${subject} · ${say("lesson", lesson)}`),
    make("h1", {}, lesson.topic || say("board_no_topic")),
    make("h2", {}, say("board_homework")),
    make("p", { class: "board-homework" }, homework ?? say("board_no_homework")),
  );
}
