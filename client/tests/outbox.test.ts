import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Outbox } from "../connection/outbox.ts";
import { browserShelf, memoryShelf } from "../connection/shelf.ts";
import { FakeServer, settled, SharedStorage } from "./fakes.ts";

function phone() {
  const storage = new SharedStorage();
  const server = new FakeServer();
  const outbox = new Outbox("a", storage.shelf(), server);
  return { storage, server, outbox };
}

const card = (text: string) => ({ text, kind: "idea" });
const dots = (option: string, dots: number) => ({ ballot: "b", option, dots });
const stages = (outbox: Outbox) => outbox.commands.value.map((command) => command.stage);

test("P11: a card is written down before it is sent", () => {
  const { storage, server, outbox } = phone();
  server.open = false;
  void outbox.put("PostCard", card("Sprachcafé"));
  assert.equal(server.offered.length, 0);
  assert.deepEqual(JSON.parse(storage.kept.get("a.1") ?? "").fields, card("Sprachcafé"));
});

test("a card is marked as offered on the shelf before the server can have it", () => {
  const { storage, server, outbox } = phone();
  server.offer = (command) => {
    assert.equal(JSON.parse(storage.kept.get(command.id) ?? "").offered, true);
    return new Promise(() => {});
  };
  void outbox.put("PostCard", card("x"));
});

test("P11: a closed tab sends what it had when it is opened again, with the same id", async () => {
  const { storage, server, outbox } = phone();
  server.open = false;
  void outbox.put("PostCard", card("one"));
  void outbox.put("PostCard", card("two"));
  const later = new FakeServer();
  const again = new Outbox("b", storage.shelf(), later);
  again.pump();
  assert.deepEqual(later.ids(), ["a.1", "a.2"]);
  await later.saved("a.1", 7);
  assert.deepEqual(stages(again), ["saved", "waiting"]);
});

test("never more than eight commands are unanswered, and they go in order", async () => {
  const { server, outbox } = phone();
  for (let n = 1; n <= 12; n++) void outbox.put("PostCard", card(String(n)));
  assert.equal(server.offered.length, 8);
  await server.saved("a.1", 1);
  await server.saved("a.2", 2);
  assert.deepEqual(server.ids().slice(-2), ["a.9", "a.10"]);
});

test("an accepted command is saved and the promise tells the version", async () => {
  const { server, outbox } = phone();
  const answer = outbox.put("PostCard", card("x"));
  await server.saved("a.1", 43);
  assert.deepEqual(await answer, { ok: true, version: 43 });
  assert.deepEqual(stages(outbox), ["saved"]);
  assert.equal(outbox.commands.value[0]?.version, 43);
});

test("a refused command stays with its reason and is not sent again", async () => {
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  await server.refused("a.1", "no_open_round");
  outbox.reconnected();
  assert.equal(server.offered.length, 1);
  assert.equal(outbox.commands.value[0]?.reason, "no_open_round");
});

test("a busy server gets the same command again, later", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  await server.busy("a.1");
  assert.equal(server.offered.length, 1);
  context.mock.timers.tick(60_000);
  assert.deepEqual(server.ids(), ["a.1", "a.1"]);
  await server.saved("a.1", 1);
  assert.deepEqual(stages(outbox), ["saved"]);
});

test("no answer means unknown: the same id goes out on the next connection", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  server.open = false;
  await server.silent("a.1");
  assert.deepEqual(stages(outbox), ["waiting"]);
  server.open = true;
  outbox.reconnected();
  assert.deepEqual(server.ids(), ["a.1", "a.1"]);
});

test("a bug on the server does not block the queue for ever", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { server, outbox } = phone();
  void outbox.put("Join", { language: "de" });
  void outbox.put("TakeTable", { table: 1 });
  for (let times = 1; times <= 4; times++) {
    await server.answer("a.1", { ok: false, error: "internal", reason: "bug" });
    context.mock.timers.tick(60_000);
  }
  assert.deepEqual(stages(outbox), ["refused", "waiting"]);
  assert.deepEqual(server.ids().slice(-1), ["a.2"]);
});

test("a second vote on the same ballot waits for the first, so that a busy one cannot undo it", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { server, outbox } = phone();
  void outbox.put("PlaceDots", dots("1", 1));
  void outbox.put("PlaceDots", dots("1", 2));
  assert.deepEqual(server.ids(), ["a.1"]);
  await server.busy("a.1");
  context.mock.timers.tick(60_000);
  assert.deepEqual(server.ids(), ["a.1", "a.1"]);
  await server.saved("a.1", 5);
  assert.deepEqual(server.ids(), ["a.1", "a.1", "a.2"]);
});

test("a dot is taken back before it is placed elsewhere", async () => {
  const { server, outbox } = phone();
  void outbox.put("PlaceDots", dots("1", 0));
  void outbox.put("PlaceDots", dots("2", 1));
  assert.deepEqual(server.ids(), ["a.1"]);
  await server.saved("a.1", 5);
  assert.deepEqual(server.ids(), ["a.1", "a.2"]);
});

test("a card waits until the table it belongs to is taken", async () => {
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("for table 1"));
  void outbox.put("TakeTable", { table: 2 });
  void outbox.put("PostCard", card("for table 2"));
  assert.deepEqual(server.ids(), ["a.1"]);
  await server.saved("a.1", 1);
  assert.deepEqual(server.ids(), ["a.1", "a.2"]);
  await server.saved("a.2", 2);
  assert.deepEqual(server.ids(), ["a.1", "a.2", "a.3"]);
});

test("a new epoch offers again what an older one had saved, with the same ids and in order", async () => {
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("one"));
  void outbox.put("PostCard", card("two"));
  await server.saved("a.1", 1);
  await server.saved("a.2", 2);
  server.inEpoch = 2;
  outbox.offerAgain(2);
  outbox.reconnected();
  assert.deepEqual(server.ids(), ["a.1", "a.2", "a.1", "a.2"]);
  await server.saved("a.1", 3);
  assert.equal(outbox.commands.value[0]?.epoch, 2);
});

test("the same epoch offers nothing again", async () => {
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("one"));
  await server.saved("a.1", 1);
  outbox.offerAgain(1);
  outbox.reconnected();
  assert.equal(server.offered.length, 1);
});

test("two hundred answered commands are kept, the oldest goes first", async () => {
  const { storage, server, outbox } = phone();
  for (let n = 1; n <= 203; n++) {
    void outbox.put("PostCard", card(String(n)));
    await server.saved(`a.${n}`, n);
  }
  assert.equal(outbox.commands.value.length, 200);
  assert.equal(storage.kept.has("a.3"), false);
  assert.equal(storage.kept.has("a.4"), true);
});

const HOURS = 60 * 60 * 1000;

test("what was answered a day ago goes, once the server has had its say", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const { storage, server, outbox } = phone();
  void outbox.put("PostCard", card("yesterday"));
  await server.saved("a.1", 1);
  context.mock.timers.tick(2 * HOURS);
  void outbox.put("PostCard", card("no more"));
  await server.refused("a.2", "no_open_round");
  context.mock.timers.tick(23 * HOURS);
  void outbox.put("PostCard", card("on its way"));
  const again = new Outbox("b", storage.shelf(), new FakeServer());
  assert.deepEqual(stages(again), ["saved", "refused", "waiting"]);
  again.reconnected();
  assert.deepEqual([...storage.kept.keys()], ["a.2", "a.3"]);
  context.mock.timers.tick(23 * HOURS);
  again.reconnected();
  assert.deepEqual([...storage.kept.keys()], ["a.3"]);
});

test("P12: who comes back after days still offers what the server has lost", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const { storage, server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  await server.saved("a.1", 1);
  context.mock.timers.tick(72 * HOURS);
  const later = new FakeServer();
  const again = new Outbox("b", storage.shelf(), later);
  again.offerAgain(2);
  again.reconnected();
  assert.deepEqual(later.ids(), ["a.1"]);
});

test("a refusal of what waited for days can still be read", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  context.mock.timers.tick(72 * HOURS);
  await server.refused("a.1", "no_open_round");
  outbox.reconnected();
  assert.deepEqual(stages(outbox), ["refused"]);
});

test("the next evening clears what other evenings left, and nothing that waits", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const old = { name: "PostCard", fields: card("x"), order: 1e12 - 25 * HOURS };
  const left = {
    "dialogtisch.EVENING2.command.a.1": { ...old, id: "a.1", stage: "saved" },
    "dialogtisch.EVENING2.link3.command.a.2": { ...old, id: "a.2", stage: "refused" },
    "dialogtisch.EVENING2.command.a.3": { ...old, id: "a.3", stage: "waiting" },
    "dialogtisch.EVENING2.command.a.4": { ...old, id: "a.4", stage: "saved", at: 1e12 },
    "dialogtisch.ABCDEFGH.command.a.5": { ...old, id: "a.5", stage: "saved" },
  };
  const storage = Object.fromEntries(Object.entries(left).map(([key, command]) => [key, JSON.stringify(command)]));
  const methods = {
    getItem: { value: (key: string) => storage[key] ?? null },
    removeItem: { value: (key: string) => delete storage[key] },
  };
  browserShelf("ABCDEFGH", Object.defineProperties(storage, methods) as unknown as Storage);
  assert.deepEqual(Object.keys(storage).map((key) => key.slice(-3)), ["a.3", "a.4", "a.5"]);
});

test("what never left the phone can be taken back", async () => {
  const { storage, server, outbox } = phone();
  server.open = false;
  const answer = outbox.put("PostCard", card("typo"));
  assert.equal(outbox.forget("a.1"), true);
  assert.equal(storage.kept.size, 0);
  assert.deepEqual(await answer, { ok: false, error: "refused", reason: "taken_back" });
});

test("what may have reached the server cannot be taken back", () => {
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("sent"));
  assert.equal(server.offered.length, 1);
  assert.equal(outbox.forget("a.1"), false);
  assert.deepEqual(stages(outbox), ["waiting"]);
});

test("a refusal that was read can be cleared", async () => {
  const { storage, server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  await server.refused("a.1", "no_open_round");
  assert.equal(outbox.forget("a.1"), true);
  assert.equal(storage.kept.size, 0);
});

test("of two tabs only the sender sends, and both show what became of it", async () => {
  const storage = new SharedStorage();
  const server = new FakeServer();
  const silent = new FakeServer();
  silent.open = false;
  const sender = new Outbox("a", storage.shelf(), server);
  const other = new Outbox("b", storage.shelf(), silent);
  const answer = other.put("PostCard", card("from the other tab"));
  assert.deepEqual(server.ids(), ["b.1"]);
  await server.saved("b.1", 9);
  assert.deepEqual(stages(sender), ["saved"]);
  assert.deepEqual(stages(other), ["saved"]);
  assert.deepEqual(await answer, { ok: true, version: 9 });
  assert.equal(silent.offered.length, 0);
});

test("commands of two tabs keep the order in which they were tapped", () => {
  const storage = new SharedStorage();
  const closed = new FakeServer();
  closed.open = false;
  const first = new Outbox("a", storage.shelf(), closed);
  const second = new Outbox("b", storage.shelf(), closed);
  void first.put("PostCard", card("1"));
  void second.put("PostCard", card("2"));
  void first.put("PostCard", card("3"));
  assert.deepEqual(
    second.commands.value.map((command) => command.fields.text),
    ["1", "2", "3"],
  );
});

test("without storage everything still works, and the page can say that a reload would lose it", async () => {
  const server = new FakeServer();
  const outbox = new Outbox("a", memoryShelf(), server);
  assert.equal(outbox.keeps.value, false);
  void outbox.put("PostCard", card("x"));
  await server.saved("a.1", 1);
  assert.deepEqual(stages(outbox), ["saved"]);
});

test("a server that can keep nothing is told from a slow network, until the next answer", async () => {
  const { server, outbox } = phone();
  void outbox.put("PostCard", card("x"));
  assert.equal(outbox.heldUp.value, false);
  await server.answer("a.1", { ok: false, error: "unavailable", reason: "disk_full" });
  assert.equal(outbox.heldUp.value, true);
  outbox.reconnected();
  await server.saved("a.1", 1);
  assert.equal(outbox.heldUp.value, false);
});

test("a full storage is noticed at the first card that does not fit", async () => {
  globalThis.addEventListener ??= () => {};
  const full = {
    getItem: () => null,
    setItem() {
      throw new Error("QuotaExceededError");
    },
    removeItem() {},
  } as unknown as Storage;
  const server = new FakeServer();
  const outbox = new Outbox("a", browserShelf("ABCDEFGH", full), server);
  assert.equal(outbox.keeps.value, true);
  void outbox.put("PostCard", card("x"));
  assert.equal(outbox.keeps.value, false);
  await settled();
  assert.deepEqual(server.ids(), ["a.1"]);
});
