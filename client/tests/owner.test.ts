import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { electSender } from "../connection/owner.ts";
import { settled } from "./fakes.ts";

/** One lock as browsers have it: whoever steals takes it from its holder, the others wait in line. */
class Locks {
  private holder: { reject: (why: Error) => void } | null = null;
  private line: (() => void)[] = [];

  request(_: string, { steal }: { steal: boolean }, granted: () => Promise<never>) {
    return new Promise<never>((_resolve, reject) => {
      const grant = () => {
        this.holder = { reject };
        void granted();
      };
      if (steal) {
        this.holder?.reject(new Error("stolen"));
        grant();
      } else if (this.holder) this.line.push(grant);
      else grant();
    });
  }

  /** The tab that holds it is closed or killed; nothing in it runs any more. */
  holderDies() {
    this.holder = null;
    this.line.shift()?.();
  }
}

class Tab {
  mine = 0;
  private listeners = new Map<string, ((event?: unknown) => void)[]>();
  private sender;

  private state: "visible" | "hidden";

  constructor(name: string, state: "visible" | "hidden") {
    this.state = state;
    const listen = (event: string, then: () => void) =>
      void this.listeners.set(event, [...(this.listeners.get(event) ?? []), then]);
    this.enter();
    Object.assign(globalThis, { addEventListener: listen });
    Object.assign(globalThis.document, { addEventListener: listen });
    this.sender = electSender("ABCDEFGH", name, () => void this.mine++);
  }

  get sends() {
    return this.sender.isThisTab();
  }

  hear(event: string, what?: object) {
    this.enter();
    for (const listener of this.listeners.get(event) ?? []) listener(what);
  }

  private enter() {
    Object.assign(globalThis, { document: { visibilityState: this.state } });
  }
}

const stored = new Map<string, string>();
const KEY = "dialogtisch.ABCDEFGH.sender";

function browser(locks?: Locks) {
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  stored.clear();
  const localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  };
  Object.defineProperty(globalThis, "localStorage", { value: localStorage, configurable: true });
}

beforeEach(() => browser());

test("with locks the tab looked at last sends, and only that one", async () => {
  browser(new Locks());
  const first = new Tab("a", "visible");
  const second = new Tab("b", "visible");
  await settled();
  assert.deepEqual([first.sends, second.sends], [false, true]);
  first.hear("focus");
  await settled();
  assert.deepEqual([first.sends, second.sends], [true, false]);
  assert.equal(first.mine, 2);
});

test("with locks a tab in the background takes over when the sender is killed", async () => {
  const locks = new Locks();
  browser(locks);
  const behind = new Tab("a", "hidden");
  const sender = new Tab("b", "visible");
  await settled();
  assert.deepEqual([behind.sends, sender.sends], [false, true]);
  locks.holderDies();
  await settled();
  assert.equal(behind.sends, true);
});

test("without locks a tab in the background waits until the sender's lease has run out", (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
  stored.set(KEY, JSON.stringify({ tab: "killed", until: Date.now() + 5000 }));
  const tab = new Tab("a", "hidden");
  t.mock.timers.tick(4000);
  assert.equal(tab.sends, false);
  t.mock.timers.tick(2000);
  assert.equal(tab.sends, true);
});

test("without locks the tab looked at takes over at once, and the other one hears of it", (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
  const first = new Tab("a", "visible");
  assert.equal(first.sends, true);
  const second = new Tab("b", "visible");
  first.hear("storage", { key: KEY, newValue: stored.get(KEY) });
  assert.deepEqual([first.sends, second.sends], [false, true]);
  second.hear("pagehide");
  assert.equal(second.sends, false);
  t.mock.timers.tick(2000);
  assert.equal(first.sends, true);
});

test("a lease by a clock that was far ahead holds nobody up", (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
  stored.set(KEY, JSON.stringify({ tab: "b", until: Date.now() + 3_600_000 }));
  assert.equal(new Tab("a", "hidden").sends, true);
});
