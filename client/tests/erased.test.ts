import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import { dropErased } from "../connection/erased.ts";
import { Outbox } from "../connection/outbox.ts";
import { nothingYet, type View } from "../connection/view.ts";
import { FakeServer, SharedStorage } from "./fakes.ts";

function phone() {
  const storage = new SharedStorage();
  const server = new FakeServer();
  const outbox = new Outbox("a", storage.shelf(), server);
  const shared = signal<View>(nothingYet);
  dropErased(shared, outbox);
  const erase = (id: string, order: number) => {
    const entries = new Map([[`erased:${id}`, { id, order }]]);
    shared.value = { epoch: 2, version: 9, entries };
  };
  return { storage, server, outbox, erase };
}

const kept = (storage: SharedStorage) => [...storage.kept.values()].join();

test("P18: the words of an erased card go from the phone, whatever else it keeps", async () => {
  const { storage, server, outbox, erase } = phone();
  void outbox.put("PostCard", { text: "marker", kind: "idea" });
  void outbox.put("PostCard", { text: "stays", kind: "idea" });
  await server.saved("a.1", 7);
  await server.saved("a.2", 8);
  void outbox.put("EditCard", { card: "c", text: "marker again", kind: "idea" });
  assert.match(kept(storage), /marker/);
  erase("c", 7);
  assert.doesNotMatch(kept(storage), /marker/);
  assert.match(kept(storage), /stays/);
  assert.deepEqual(outbox.commands.value.map((command) => command.id), ["a.2"]);
});

test("P18: what is offered again after lost history goes as soon as it is answered", async () => {
  const { storage, server, outbox, erase } = phone();
  void outbox.put("PostCard", { text: "marker", kind: "idea" });
  await server.saved("a.1", 7);
  outbox.offerAgain(99);
  erase("c", 7);
  outbox.pump();
  await server.saved("a.1", 7);
  assert.doesNotMatch(kept(storage), /marker/);
});

test("an erased card whose change is on its way is refused, not waited for", async () => {
  const { outbox, erase } = phone();
  const answer = outbox.put("EditCard", { card: "c", text: "x", kind: "idea" });
  erase("c", 7);
  assert.deepEqual(await answer, { ok: false, error: "refused", reason: "unknown_card" });
});
