/**
 * A second copy of what waits for an answer, in IndexedDB. Browsers write localStorage down seconds
 * later, after much of it minutes later: a browser that is killed before that has kept only this.
 * Where there is no IndexedDB, or none is allowed, nothing is copied.
 */
import type { Command } from "./commands.ts";

const STORE = "waiting";

export function keepCopy(key: string, command: Command) {
  void inStore("readwrite", (store) => store.put(command, key));
}

export function dropCopy(key: string) {
  void inStore("readwrite", (store) => store.delete(key));
}

export async function copiesUnder(prefix: string): Promise<Command[]> {
  const range = (store: IDBObjectStore) => store.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`));
  return (await inStore<Command[]>("readonly", range)) ?? [];
}

/** Resolves when they are gone: a page that leaves must wait for it. */
export async function dropCopies(concerns: (key: string) => boolean): Promise<void> {
  const keys = (await inStore("readonly", (store) => store.getAllKeys())) ?? [];
  const concerned = keys.filter((key) => concerns(String(key)));
  await Promise.all(concerned.map((key) => inStore("readwrite", (store) => store.delete(key))));
}

let database: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return (database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("dialogtisch", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }));
}

async function inStore<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result | undefined> {
  try {
    const transaction = (await open()).transaction(STORE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(STORE));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = reject;
    });
    return request.result;
  } catch {
    return undefined;
  }
}
