// @ts-check
// A file as text, the way requests carry it.

import { say } from "./texts.js";

const CHUNK = 32_768;

/**
 * Return a chosen file's content; what cannot be read any more is told as a refusal is. Somebody
 * looks at a preview, mends the table and saves it: the browser gives the old choice no more.
 * @param {Blob} file
 */
export async function inBase64(file) {
  const read = await file.arrayBuffer().catch(() => null);
  if (!read) {
    const said = { text: say("file_changed"), remedy: "" };
    throw Object.assign(new Error(said.text), { said });
  }
  const bytes = new Uint8Array(read);
  let packed = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    packed += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(packed);
}
