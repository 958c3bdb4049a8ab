// @ts-check
// Term marks, access and exports ask for the passphrase again: an unlocked computer alone is not
// enough for them. The answer holds for a few minutes.

import { post } from "./api.js";
import { show } from "./dialog.js";
import { make } from "./dom.js";
import { say, secretWord } from "./texts.js";

const ASKED = "web.proof";

/**
 * Whether an answer says that the passphrase is wanted first.
 * @param {any} answer
 */
export const isProofAsked = (answer) => answer?.refused?.key === ASKED;

/** @type {Promise<boolean> | null} */
let asking = null;
let provenUntil = 0;

/** Whether the passphrase was entered a moment ago, as far as this page knows. */
export const isProven = () => performance.now() < provenUntil;

/** Ask for the passphrase until it is right; false where the person gives up. */
export function askProof() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

async function ask() {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const field = /** @type {HTMLInputElement} */ (
    make("input", {
      id: "proof", type: "password", autocomplete: "current-password", required: true,
      "aria-describedby": "proof-said",
    })
  );
  const said = make("p", { id: "proof-said", role: "alert" });
  let proven = false;
  const prove = async () => {
    said.textContent = say("unlocking");
    const { refused, seconds } = await post("/prove", { passphrase: field.value });
    field.value = "";
    proven = !refused;
    if (proven) {
      provenUntil = performance.now() + seconds * 1000;
      return true;
    }
    said.textContent = `${refused.text} ${refused.remedy}`;
    field.focus();
    return false;
  };
  const content = [
    make("p", {}, say("proof_why")),
    make("label", { for: "proof" }, secretWord()), field, said,
  ];
  await show(say("proof_title"), content, [{ label: say("proof_confirm"), act: prove }]);
  before?.focus();
  return proven;
}
