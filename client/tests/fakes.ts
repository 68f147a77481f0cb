/** Stand-ins for the edges of the outbox: a shelf in memory and a server that answers on demand. */
import type { Answer, Command } from "../connection/commands.ts";
import type { Shelf } from "../connection/shelf.ts";
import type { Route } from "../connection/outbox.ts";

/** What a phone's storage is to several tabs: one place, and every tab hears of the others' writing. */
export class SharedStorage {
  readonly kept = new Map<string, string>();
  private tabs: { shelf: Shelf; changed: (id: string, command: Command | null) => void }[] = [];
  readonly writes: Command[] = [];

  shelf(): Shelf {
    const shelf: Shelf = {
      keeps: true,
      all: () => [...this.kept.values()].map((text) => JSON.parse(text)),
      write: (command) => {
        this.kept.set(command.id, JSON.stringify(command));
        this.writes.push(command);
        this.tell(shelf, command.id, command);
      },
      remove: (id) => {
        this.kept.delete(id);
        this.tell(shelf, id, null);
      },
      watch: (changed) => void this.tabs.push({ shelf, changed }),
    };
    return shelf;
  }

  private tell(writer: Shelf, id: string, command: Command | null) {
    for (const { shelf, changed } of this.tabs) if (shelf !== writer) changed(id, command);
  }
}

export class FakeServer implements Route {
  open = true;
  inEpoch = 1;
  readonly offered: Command[] = [];
  private pending = new Map<string, (answer: Answer | null) => void>();

  isOpen = () => this.open;
  epoch = () => this.inEpoch;
  offer = (command: Command) => {
    this.offered.push(command);
    return new Promise<Answer | null>((resolve) => this.pending.set(command.id, resolve));
  };

  async answer(id: string, answer: Answer | null) {
    const resolve = this.pending.get(id);
    if (!resolve) throw new Error(`${id} was never offered`);
    this.pending.delete(id);
    resolve(answer);
    await settled();
  }

  saved = (id: string, version: number) => this.answer(id, { ok: true, version });
  refused = (id: string, reason: string) => this.answer(id, { ok: false, error: "refused", reason });
  busy = (id: string) => this.answer(id, { ok: false, error: "busy", reason: "busy" });
  silent = (id: string) => this.answer(id, null);

  ids = () => this.offered.map((command) => command.id);
}

export async function settled() {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
