// @ts-check
// A file as text, the way requests carry it.

const CHUNK = 32_768;

/** @param {Blob} file */
export async function inBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let packed = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    packed += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(packed);
}
