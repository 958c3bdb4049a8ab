// @ts-check
// What is not saved yet while the pages are locked: kept under a key that only the unlocked
// worker gives. The key is never written anywhere and is forgotten with the lock (ADR 0014).

import { get } from "./api.js";

const NONCE_BYTES = 12;

const NOTHING = Promise.resolve(null);

/** The key, or its fetching: what is typed before it has come is kept as well. */
/** @type {Promise<CryptoKey | null>} */
let key = NOTHING;

/** Fetch the key while the pages are open. */
export async function fetchKey() {
  key = importedKey();
  await key;
}

async function importedKey() {
  const packed = Uint8Array.from(atob((await get("/api/seal")).key), (c) => c.charCodeAt(0));
  const imported = crypto.subtle.importKey("raw", packed, "AES-GCM", false, ["encrypt", "decrypt"]);
  return imported.finally(() => packed.fill(0));
}

/**
 * Return a value as bytes that nobody can read, and forget the key; null where there is no key.
 * @param {unknown} value
 */
export async function seal(value) {
  const fetched = key;
  key = NOTHING;
  const present = await fetched.catch(() => null);
  if (!present) return null;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { nonce, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, present, plain) };
}

/**
 * Return the value of what ``seal`` made; call it after ``fetchKey``.
 * @param {{nonce: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer} | null} box
 */
export async function unseal(box) {
  const present = await key;
  if (!box || !present) return null;
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.nonce }, present, box.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}
