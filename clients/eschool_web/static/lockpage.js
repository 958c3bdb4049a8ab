// @ts-check
// The page that a locked worker gives: asks for the passphrase, then shows the page wanted.

import { post } from "./api.js";
import { byId } from "./dom.js";
import { say } from "./texts.js";

const form = /** @type {HTMLFormElement} */ (byId("unlock"));
const field = /** @type {HTMLInputElement} */ (byId("passphrase"));
const said = /** @type {HTMLElement} */ (byId("lock-said"));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = say("unlocking");
  try {
    const answer = await post("/unlock", { passphrase: field.value });
    field.value = "";
    if (!answer.refused) {
      location.reload();
      return;
    }
    said.textContent = `${answer.refused.text} ${answer.refused.remedy}`;
  } catch {
    said.textContent = say("no_answer");
  }
  field.focus();
});
field.focus();
document.dispatchEvent(new Event("eschool-ready"));
