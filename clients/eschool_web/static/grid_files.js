// @ts-check
// Files that belong to a lesson or its homework; families save them from the diary.

import { post, saidOf } from "./api.js";
import { inBase64 } from "./base64.js";
import { show } from "./dialog.js";
import { announce, byId, make } from "./dom.js";
import { given } from "./grid_links.js";
import { say } from "./texts.js";

const LIMIT = 2 * 1024 * 1024;
const KIB = 1024;

/**
 * Show the files of the lesson that is looked at.
 * @param {import("./grid.js").Grid} grid
 * @param {any} lesson
 */
export function showFiles(grid, lesson) {
  const place = byId("files");
  if (!place) return;
  const shown = lesson.files.map(
    (/** @type {[number, string, number, number, boolean]} */ [id, name, size, home, unsent]) => {
      const notes = [say("file_size", { size: Math.ceil(size / KIB) }),
        home ? say("link_homework") : "", unsent ? say("file_unsent") : ""];
      return make(
        "span", { class: "link" },
        make("a", { href: `/file/${id}`, download: "" }, name),
        ` (${notes.filter(Boolean).join(", ")}) `,
        lesson.own ? make("button", {
          type: "button", "aria-label": say("file_remove", { name }),
          onclick: () => remove(grid, id),
        }, "×") : "",
      );
    });
  const add = lesson.own
    ? [make("button", { type: "button", id: "file-add", onclick: () => attach(grid, lesson) }, say("file_add"))] : [];
  place.replaceChildren(...shown, ...add);
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {any} lesson
 */
async function attach(grid, lesson) {
  const chosen = /** @type {HTMLInputElement} */ (make("input", { type: "file", id: "file-chosen" }));
  const home = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", id: "file-home" }));
  const said = make("p", { class: "refusal", role: "alert" });
  const going = make("p", { role: "status" });
  let busy = false;
  const save = async () => {
    if (busy) return false;
    const [file] = chosen.files ?? [];
    said.textContent = !file ? say("file_choose_first")
      : file.size > LIMIT ? say("file_too_large") : "";
    if (!file || said.textContent) return false;
    busy = true;
    going.replaceChildren(say("file_going", { name: file.name }), " ", make("progress", {}));
    const refused = await sent(lesson, file, home.checked).finally(() => {
      busy = false;
      going.replaceChildren();
    });
    if (!refused) announce(say("file_added"));
    else said.textContent = [refused.text, refused.remedy].filter(Boolean).join(" ");
    return !refused;
  };
  await show(say("file_title"), [
    make("label", { for: "file-chosen" }, say("file_choose")), chosen,
    make("label", { class: "tick" }, home, " ", say("link_for_homework")), going, said,
  ], [{ label: say("save"), act: save }]);
  await grid.refresh();
  byId("file-add")?.focus();
}

/**
 * Give a file; return what refuses it, or nothing.
 * @param {any} lesson
 * @param {File} file
 * @param {boolean} home
 */
async function sent(lesson, file, home) {
  try {
    const body = {
      lesson_id: lesson.id, name: file.name, content: await inBase64(file),
      for_homework: home ? 1 : 0,
    };
    return (await post("/api/file", body)).refused;
  } catch (error) {
    return saidOf(error);
  }
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {number} file_id
 */
async function remove(grid, file_id) {
  const refused = await given("remove_file", { file_id });
  if (refused) grid.strip.tell(refused);
  else announce(say("file_removed"));
  await grid.refresh();
  byId("file-add")?.focus();
}
