// @ts-check
// One-time codes: made on request, shown once, printed from the page, kept nowhere.

import { post } from "./api.js";
import { announce, byId, make } from "./dom.js";
import { askProof, isProofAsked } from "./proof.js";
import { offer } from "./saving.js";
import { say } from "./texts.js";

export function startSlips() {
  for (const button of document.querySelectorAll("[data-slips]")) {
    button.addEventListener("click", () => order(/** @type {HTMLButtonElement} */ (button)));
  }
}

/** @param {HTMLButtonElement} button */
async function order(button) {
  const { slips: kind = "", id } = button.dataset;
  const chosen = /** @type {HTMLSelectElement | null} */ (byId("slips-class"));
  const body = { [kind]: Number(id ?? chosen?.value) };
  button.disabled = true;
  try {
    let answer = await post("/api/slips", body);
    if (isProofAsked(answer) && (await askProof())) answer = await post("/api/slips", body);
    show(answer);
  } finally {
    button.disabled = false;
  }
}

/** @param {any} answer */
function show(answer) {
  const place = /** @type {HTMLElement} */ (byId("slips"));
  const refused = answer.refused
    ? [answer.refused] : answer.not_made;
  const cards = (answer.slips ?? []).map((/** @type {any} */ one) =>
    make(
      "li", { class: "slip" }, make("p", {}, make("b", {}, one.name)),
      make("p", {}, `${say("slip_login")}: ${one.login}`),
      make("p", { class: "code" }, one.code),
      make("p", { class: "quiet" }, say("slip_until", { until: one.until })),
    ),
  );
  const print = make("button", { type: "button", onclick: () => window.print() }, say("slips_print"));
  const save = make(
    "button", { type: "button", class: "main", onclick: () => offer(pdfOf(answer.pdf), "slips.pdf") },
    say("slips_save"),
  );
  place.replaceChildren(
    ...refused.map((/** @type {any} */ one) =>
      make("p", { class: "refusal" }, [one.name, one.text, one.remedy].filter(Boolean).join(" "))),
    ...(cards.length
      ? [make("p", { class: "note" }, say("slips_once")), make("ul", { class: "slips" }, ...cards),
        make("p", { class: "buttons" }, save, print)] : []),
  );
  announce(cards.length ? say("slips_made", { count: cards.length }) : refused[0]?.text ?? "");
}

/** @param {string} packed in base64 */
function pdfOf(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "application/pdf" });
}
