// @ts-check
// The page of a copy that has not heard from the server for too long: exchange, then show again.

import { get, post } from "./api.js";
import { byId } from "./dom.js";
import { say } from "./texts.js";

const EVERY_MS = 500;
const said = /** @type {HTMLElement} */ (byId("lease-said"));
const button = /** @type {HTMLButtonElement} */ (byId("exchange"));

button.addEventListener("click", exchange);
// A copy that is empty has nothing to wait for.
if (document.body.dataset.empty) exchange();

async function exchange() {
  button.disabled = true;
  const before = await get("/api/state").catch(() => ({}));
  await post("/api/sync").catch(() => {});
  said.textContent = say("lease_exchanging");
  for (;;) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    const now = await get("/api/state").catch(() => null);
    if (!now || now.synced_on !== before.synced_on) return location.reload();
    if (!now.syncing && now.trouble) break;
  }
  said.textContent = say("standing_trouble");
  button.disabled = false;
  return undefined;
}
