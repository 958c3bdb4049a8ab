// @ts-check
// Addresses on the web that belong to a lesson or its homework; families see them in the diary.

import { saidOf } from "./api.js";
import { show } from "./dialog.js";
import { announce, byId, make } from "./dom.js";
import { give } from "./giving.js";
import { say } from "./texts.js";

/**
 * Show the links of the lesson that is looked at.
 * @param {import("./grid.js").Grid} grid
 * @param {any} lesson
 */
export function showLinks(grid, lesson) {
  const place = byId("links");
  if (!place) return;
  const shown = lesson.links.map((/** @type {[number, string, string, number]} */ [id, url, title, home]) =>
    make(
      "span", { class: "link" },
      make("a", { href: url, target: "_blank", rel: "noreferrer" }, title),
      home ? ` (${say("link_homework")}) ` : " ",
      lesson.own ? make("button", {
        type: "button", "aria-label": say("link_remove", { title }),
        onclick: () => remove(grid, id),
      }, "×") : "",
    ));
  const add = lesson.own
    ? [make("button", { type: "button", id: "link-add", onclick: () => attach(grid, lesson) }, say("link_add"))] : [];
  place.replaceChildren(...shown, ...add);
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {any} lesson
 */
async function attach(grid, lesson) {
  const url = field("link-url", "url");
  const title = field("link-title", "text");
  const home = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", id: "link-home" }));
  const said = make("p", { class: "refusal", role: "alert" });
  const save = async () => {
    const fields = {
      lesson_id: lesson.id, url: url.value.trim(),
      title: title.value.trim() || url.value.trim(), for_homework: home.checked ? 1 : 0,
    };
    const refused = await given("attach_link", fields);
    if (!refused) return true;
    said.textContent = [refused.text, refused.remedy].filter(Boolean).join(" ");
    return false;
  };
  await show(say("link_title"), [
    make("label", { for: "link-url" }, say("link_url")), url,
    make("label", { for: "link-title" }, say("link_name")), title,
    make("label", { class: "tick" }, home, " ", say("link_for_homework")), said,
  ], [{ label: say("save"), act: save }]);
  await grid.refresh();
  byId("link-add")?.focus();
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {number} link_id
 */
async function remove(grid, link_id) {
  const refused = await given("detach_link", { link_id });
  if (refused) grid.strip.tell(refused);
  else announce(say("link_removed"));
  await grid.refresh();
  byId("link-add")?.focus();
}

/**
 * Give a command; return what refuses it, or nothing.
 * @param {string} kind
 * @param {Record<string, any>} fields
 */
export async function given(kind, fields) {
  try {
    return (await give(kind, fields)).refused;
  } catch (error) {
    return saidOf(error);
  }
}

/**
 * @param {string} id
 * @param {string} type
 */
function field(id, type) {
  return /** @type {HTMLInputElement} */ (
    make("input", { id, type, maxlength: 500, autocomplete: "off", required: type === "url" })
  );
}
