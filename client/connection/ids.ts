/** Chance for ids and tokens. crypto.randomUUID is missing on plain http, getRandomValues is not. */

/** `bytes` random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  const chance = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(chance, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The token that makes this phone one person in one dialogue; another dialogue never sees it. */
export function deviceToken(code: string): string {
  const key = `dialogtisch.${code}.token`;
  const fresh = randomHex(16);
  try {
    const known = localStorage.getItem(key);
    if (known && /^[0-9a-f]{32}$/.test(known)) return known;
    localStorage.setItem(key, fresh);
    // Two tabs opened at once: whoever wrote last is who we both are.
    return localStorage.getItem(key) ?? fresh;
  } catch {
    return fresh;
  }
}
