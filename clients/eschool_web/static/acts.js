// @ts-check
// Forms that give one command each: `data-act` names its kind, the names of the fields are those
// of the command, `data-as` says how a field is read. A refusal stands under the form, with clause
// and remedy, and what was typed stays.

import { saidOf } from "./api.js";
import { show } from "./dialog.js";
import { announce, make } from "./dom.js";
import { give } from "./giving.js";
import { refreshMain } from "./refresh.js";
import { say } from "./texts.js";
import { holdsUnsaved } from "./unsaved.js";

const DAY_MS = 86_400_000;

/** @type {Record<string, (typed: string) => any>} */
const READERS = {
  number: Number,
  day: (typed) => Date.parse(`${typed}T00:00:00Z`) / DAY_MS,
  minute: (typed) => Number(typed.slice(0, 2)) * 60 + Number(typed.slice(3, 5)),
  text: (typed) => typed.trim(),
};

/** @param {Record<string, string>} [drafts] what was being typed when the page was locked */
export function startActs(drafts) {
  for (const form of forms()) {
    form.addEventListener("submit", (event) => submit(/** @type {SubmitEvent} */ (event)));
  }
  holdsUnsaved("forms", () => Object.fromEntries(
    typed().filter(([, field]) => field.value !== field.defaultValue)
      .map(([name, field]) => [name, field.value]),
  ));
  for (const [name, field] of typed()) {
    if (drafts && name in drafts) field.value = drafts[name];
  }
}

const forms = () => [
  .../** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-act]")),
];

/**
 * The fields that people type into, each under a name that is the same when the page comes again.
 * @returns {[string, HTMLInputElement][]}
 */
function typed() {
  return [...document.querySelectorAll("form[data-act], form[data-send]")].flatMap((entry) => {
    const form = /** @type {HTMLFormElement} */ (entry);
    const about = [...form.querySelectorAll("input[type=hidden]")]
      .map((field) => /** @type {HTMLInputElement} */ (field).value).join("/");
    const what = form.dataset.act ?? form.getAttribute("action");
    return [...form.querySelectorAll("input:not([type=hidden], [type=checkbox]), textarea")]
      .map((field) => /** @type {HTMLInputElement} */ (field))
      .map((field) => /** @type {[string, HTMLInputElement]} */ (
        [`${what}/${about}/${field.id || field.name}`, field]));
  });
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const chosen = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const fields = fieldsOf(form);
  if (chosen?.name) fields[chosen.name] = read(chosen, chosen.value);
  // A button may give another command about the same thing.
  const kind = chosen?.dataset.act ?? form.dataset.act ?? "";
  if (form.dataset.confirm && !(await confirmed(form.dataset.confirm))) return;
  lock(form, true);
  try {
    const answer = await give(kind, fields);
    if (answer.refused) tell(form, answer.refused);
    else await done(form, answer);
  } catch (error) {
    tell(form, saidOf(error));
  } finally {
    lock(form, false);
  }
}

/**
 * Let a step that is hard to undo be confirmed (WCAG 3.3.4).
 * @param {string} question
 */
async function confirmed(question) {
  let sure = false;
  await show(question, [], [{ label: say("confirm"), act: () => { sure = true; } }]);
  return sure;
}

/**
 * Return what a form says, without what was left empty and need not be said.
 * @param {HTMLFormElement} form
 */
export function fieldsOf(form) {
  /** @type {Record<string, any>} */
  const fields = {};
  for (const element of form.elements) {
    const field = /** @type {HTMLInputElement} */ (element);
    if (!field.name || field.tagName === "BUTTON" || field.disabled) continue;
    if (field.dataset.as === "list") {
      (fields[field.name] ??= []).push(Number(field.value));
    } else if (field.type === "checkbox") fields[field.name] = field.checked ? 1 : 0;
    else if (field.type !== "radio" || field.checked) {
      if (field.value === "" && !field.required) continue;
      fields[field.name] = read(field, field.value);
      // A choice may say more than its id: of a lesson also the day.
      const more = /** @type {any} */ (field).selectedOptions?.[0]?.dataset.value;
      for (const name of more ? (field.dataset.with ?? "").split(" ") : []) fields[name] = Number(more);
    }
  }
  return fields;
}

/**
 * @param {HTMLElement} field
 * @param {string} typed
 */
function read(field, typed) {
  return (READERS[field.dataset.as ?? "text"] ?? READERS.text)(typed);
}

/**
 * @param {HTMLFormElement} form
 * @param {boolean} busy
 */
function lock(form, busy) {
  for (const button of form.querySelectorAll("button")) button.disabled = busy;
}

/**
 * Say under a form why it was refused, by which clause, and what to do.
 * @param {HTMLFormElement} form
 * @param {{clause?: string, text: string, remedy: string}} refused
 */
export function tell(form, refused) {
  let said = form.querySelector(".refusal");
  if (!said) {
    said = make("p", { class: "refusal", role: "alert", tabindex: "-1" });
    form.append(said);
  }
  const clause = refused.clause ? say("clause", { clause: refused.clause }) : "";
  said.textContent = [clause, refused.text, refused.remedy].filter(Boolean).join(" ");
  /** @type {HTMLElement} */ (said).focus();
}

/**
 * @param {HTMLFormElement} form
 * @param {any} answer
 */
async function done(form, answer) {
  const findings = (answer.findings ?? []).map((/** @type {any} */ one) => `${one.text} ${one.remedy}`);
  const words = [say(answer.unknown ? "act_sent" : "act_done"), ...findings].join(" ");
  // What it said is given; what stands in other forms is not yet.
  form.reset();
  await refreshMain();
  announce(words);
  const place = document.getElementById("main");
  place?.prepend(make("p", { class: "note", id: "act-said" }, words));
  place?.focus({ preventScroll: true });
}
