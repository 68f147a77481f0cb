/** What this phone remembers of the dialogue by itself; in memory only where storage is forbidden. */

const inMemory = new Map<string, string>();

/** False once something could not be written down. */
export let remembers = true;

export function recall<Value>(code: string, name: string): Value | null {
  const key = keyOf(code, name);
  try {
    const text = inMemory.get(key) ?? localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

export function remember(code: string, name: string, value: unknown) {
  const key = keyOf(code, name);
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(key, text);
    inMemory.delete(key);
  } catch {
    inMemory.set(key, text);
    remembers = false;
  }
}

const keyOf = (code: string, name: string) => `dialogtisch.${code}.${name}`;
