// @ts-check
// The board of terms: what each class lacks is counted one by one after the board is shown.

import { get } from "./api.js";
import { isLocked } from "./lock.js";
import { say } from "./texts.js";

export async function startBoard() {
  for (const found of document.querySelectorAll("[data-lacks]")) {
    const place = /** @type {HTMLElement} */ (found);
    if (isLocked() || !place.isConnected) return;
    const { count } = await get(`/api/lacking/${place.dataset.lacks}`);
    place.textContent = count ? say("lacks", { count }) : say("ready");
    place.classList.toggle("warn", Boolean(count));
  }
}
