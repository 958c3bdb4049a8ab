// @ts-check
// Swaps the one-time code behind the # of the start link for a session; the code leaves history.

import { post } from "./api.js";
import { byId } from "./dom.js";

const said = /** @type {HTMLElement} */ (byId("said"));

/** Begin a session with the code in the address; another link in the same window works too. */
function begin() {
  const code = location.hash.slice(1);
  history.replaceState(null, "", "/start");
  post("/start", { code })
    .then((answer) => location.replace(answer.to))
    .catch((error) => {
      said.textContent = error.said ? `${error.said.text} ${error.said.remedy}` : error.message;
    });
}

window.addEventListener("hashchange", begin);
begin();
