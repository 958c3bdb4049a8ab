// @ts-check
// Saves a report as a file: it leaves the journal, so the passphrase is asked for first.

import { byId } from "./dom.js";
import { askProof, isProven } from "./proof.js";

export function startSaving() {
  const button = byId("save-file");
  button?.addEventListener("click", async () => {
    if (isProven() || (await askProof())) location.assign(button.dataset.file ?? "");
  });
}
