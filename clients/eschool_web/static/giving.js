// @ts-check
// Gives one command and takes its answer; where the passphrase is wanted first, asks for it.

import { post } from "./api.js";
import { askProof, isProofAsked } from "./proof.js";

/**
 * Return the answer to a command: `refused` is null where it was taken.
 * @param {string} kind
 * @param {Record<string, any>} fields
 * @param {number} [replaces] number of the refused command that this one corrects
 */
export async function give(kind, fields, replaces) {
  for (;;) {
    const answer = await post("/api/do", { kind, fields, replaces });
    if (!isProofAsked(answer) || !(await askProof())) return answer;
  }
}
