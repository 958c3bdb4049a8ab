// @ts-check
// Takes a file over: first what would come of it, then, on a second press, the import itself.

import { post, saidOf } from "./api.js";
import { inBase64 } from "./base64.js";
import { announce, byId, make } from "./dom.js";
import { askProof, isProofAsked } from "./proof.js";
import { refreshMain } from "./refresh.js";
import { say } from "./texts.js";

export function startImport() {
  const form = /** @type {HTMLFormElement} */ (byId("import"));
  const fit = () => {
    for (const field of form.querySelectorAll("[data-for]")) {
      const shown = /** @type {HTMLElement} */ (field);
      shown.hidden = shown.dataset.for !== kindOf(form);
    }
  };
  form.addEventListener("change", fit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, false);
  });
  fit();
}

/** @param {HTMLFormElement} form */
const kindOf = (form) => String(new FormData(form).get("kind"));

/** @param {string} id */
const valueOf = (id) => /** @type {HTMLInputElement} */ (byId(id)).value;

/**
 * @param {HTMLFormElement} form
 * @param {boolean} write
 */
async function run(form, write) {
  const place = /** @type {HTMLElement} */ (byId("import-said"));
  const [file] = /** @type {HTMLInputElement} */ (byId("import-file")).files ?? [];
  place.replaceChildren(make("p", {}, say("import_reading")));
  try {
    const body = {
      kind: kindOf(form), content: await inBase64(file), order: valueOf("import-order").trim(),
      class_name: valueOf("import-class").trim(), journal: Number(valueOf("import-journal")), write,
    };
    let answer = await post("/api/import", body);
    if (isProofAsked(answer) && (await askProof())) answer = await post("/api/import", body);
    if (answer.refused) tell(place, answer.refused);
    else {
      // What was written stands in the list of imports now.
      if (answer.written) await refreshMain();
      show(form, /** @type {HTMLElement} */ (byId("import-said")), answer);
    }
  } catch (error) {
    tell(place, saidOf(error));
  }
}

/**
 * @param {HTMLElement} place
 * @param {any} said
 */
function tell(place, said) {
  const clause = said.clause ? say("clause", { clause: said.clause }) : "";
  const words = [clause, said.text, said.remedy].filter(Boolean).join(" ");
  place.replaceChildren(make("p", { class: "refusal" }, words));
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} place
 * @param {any} answer
 */
function show(form, place, answer) {
  const figures = answer.figures.map((/** @type {[string, number]} */ [name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, String(value))));
  const left = answer.not_taken.map((/** @type {any} */ row) =>
    make("tr", {}, make("th", { scope: "row" }, row.where), make("td", {}, row.reason)));
  const title = answer.written ? say("import_written", { count: answer.commands })
    : say("import_preview", { count: answer.commands });
  const write = make("button", { type: "button", class: "main", onclick: () => run(form, true) },
    say("import_write"));
  place.replaceChildren(
    make("h2", {}, title), make("dl", { class: "pair" }, ...figures),
    ...(left.length ? [make("h2", {}, say("import_left_out", { count: answer.left_out })),
      make("table", { class: "plain wide" }, make("tbody", {}, ...left))] : []),
    ...(answer.written || !answer.commands ? [] : [make("p", { class: "buttons" }, write)]),
  );
  announce(title);
}
