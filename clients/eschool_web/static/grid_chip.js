// @ts-check
// The forecast beside the mean, fetched when the grid already takes keys: it never delays a key.

import { get } from "./api.js";
import { make } from "./dom.js";

/** @param {import("./grid.js").Grid} grid */
export async function showChips(grid) {
  const { pupils } = await get(`/api/forecast/${grid.model.data.journal}`);
  grid.forecasts = pupils;
  grid.model.pupils.forEach((/** @type {any} */ pupil, /** @type {number} */ row) => {
    const told = pupils[pupil.id];
    const cell = grid.view.table.rows[row + 1].querySelector(".mean");
    cell?.querySelector(".chip")?.remove();
    if (!told) return;
    const kind = told.risky ? "chip risky" : "chip";
    cell?.append(make("small", { class: kind, title: told.words }, `${told.risky ? "!" : "→"}${told.mark}`));
  });
}
