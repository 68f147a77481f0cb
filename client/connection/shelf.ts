/**
 * Where commands lie until they are answered, and a while longer. One key per command, so that two
 * tabs never overwrite each other; a full or forbidden storage turns into memory, and `keeps` says so.
 */
import { isOutdated, type Command } from "./commands.ts";
import { copiesUnder, dropCopy, keepCopy } from "./copies.ts";

export interface Shelf {
  /** False once something could not be written: a reload would lose it. */
  readonly keeps: boolean;
  all(): Command[];
  write(command: Command): void;
  remove(id: string): void;
  /** Tells what another tab wrote or (null) removed, and what a killed browser left as a copy only. */
  watch(changed: (id: string, command: Command | null) => void): void;
}

export function memoryShelf(): Shelf {
  return { keeps: false, all: () => [], write() {}, remove() {}, watch() {} };
}

export function browserShelf(name: string, storage = allowedStorage()): Shelf {
  if (!storage) return memoryShelf();
  clearOthers(name, storage);
  return new BrowserShelf(`dialogtisch.${name}.command.`, storage);
}

/** Other evenings on the same phone: what was answered long ago goes, what waits stays. */
function clearOthers(name: string, storage: Storage) {
  try {
    for (const key of Object.keys(storage)) {
      const other = /^dialogtisch\.(.+)\.command\./.exec(key)?.[1];
      if (other === undefined || other === name) continue;
      const command = read(storage.getItem(key));
      if (command && isOutdated(command)) storage.removeItem(key);
    }
  } catch {
    // Where storage is forbidden, nothing was kept.
  }
}

/** Where storage is forbidden, already the word `localStorage` throws. */
function allowedStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

class BrowserShelf implements Shelf {
  keeps = true;
  private prefix: string;
  private storage: Storage;

  constructor(prefix: string, storage: Storage) {
    this.prefix = prefix;
    this.storage = storage;
  }

  all(): Command[] {
    return this.keys().flatMap((key) => read(this.storage.getItem(key)) ?? []);
  }

  write(command: Command) {
    const key = this.prefix + command.id;
    if (command.stage === "waiting") keepCopy(key, command);
    else dropCopy(key);
    try {
      this.storage.setItem(key, JSON.stringify(command));
    } catch {
      this.keeps = false;
    }
  }

  remove(id: string) {
    dropCopy(this.prefix + id);
    try {
      this.storage.removeItem(this.prefix + id);
    } catch {
      this.keeps = false;
    }
  }

  watch(changed: (id: string, command: Command | null) => void) {
    addEventListener("storage", ({ key, newValue, storageArea }) => {
      if (storageArea !== this.storage || !key?.startsWith(this.prefix)) return;
      changed(key.slice(this.prefix.length), read(newValue));
    });
    void this.takeInCopies(changed);
  }

  private async takeInCopies(changed: (id: string, command: Command) => void) {
    const copies = await copiesUnder(this.prefix);
    const here = new Map(this.all().map((command) => [command.id, command]));
    for (const copy of copies) {
      this.write(here.get(copy.id) ?? copy);
      if (!here.has(copy.id)) changed(copy.id, copy);
    }
  }

  private keys(): string[] {
    try {
      return Object.keys(this.storage).filter((key) => key.startsWith(this.prefix));
    } catch {
      this.keeps = false;
      return [];
    }
  }
}

function read(text: string | null): Command | null {
  try {
    return text === null ? null : (JSON.parse(text) as Command);
  } catch {
    return null;
  }
}
