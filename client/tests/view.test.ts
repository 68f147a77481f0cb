import assert from "node:assert/strict";
import { test } from "node:test";
import { all, one } from "../connection/entries.ts";
import { apply, nothingYet, type Frame, type View } from "../connection/view.ts";

const frame = (change: Partial<Frame>): Frame => ({
  of: "shared",
  epoch: 1,
  from: null,
  to: 1,
  put: {},
  drop: [],
  ...change,
});

function applied(view: View, change: Partial<Frame>): View {
  const next = apply(view, frame(change));
  assert.ok(typeof next === "object", `expected a view, got ${String(next)}`);
  return next;
}

const cardOne = { id: "1", order: 1 };
const cardTwo = { id: "2", order: 2 };
const started = applied(nothingYet, { to: 5, put: { "card:1": cardOne } });

test("a key that other objects are made from changes none of them", () => {
  const put = JSON.parse('{"__proto__": {"spoiled": true}, "constructor": {"spoiled": true}}');
  const next = applied(nothingYet, { to: 1, put });
  assert.deepEqual(next.entries.get("__proto__"), { spoiled: true });
  assert.equal("spoiled" in {}, false);
  assert.equal("spoiled" in next.entries, false);
});

test("a whole view replaces everything", () => {
  const next = applied(started, { to: 9, epoch: 2, put: { "card:2": cardTwo } });
  assert.deepEqual([...next.entries.keys()], ["card:2"]);
  assert.deepEqual([next.epoch, next.version], [2, 9]);
});

test("a change that fits is applied", () => {
  const next = applied(started, { from: 5, to: 7, put: { "card:2": cardTwo }, drop: ["card:1"] });
  assert.deepEqual([...next.entries.keys()], ["card:2"]);
  assert.equal(next.version, 7);
});

test("an applied change leaves the view before it as it was", () => {
  applied(started, { from: 5, to: 6, drop: ["card:1"] });
  assert.deepEqual(one(started, "card", "1"), cardOne);
});

test("a change with something missing before it is a gap", () => {
  assert.equal(apply(started, frame({ from: 6, to: 7 })), "gap");
});

test("a change of another epoch is a gap", () => {
  assert.equal(apply(started, frame({ epoch: 2, from: 5, to: 6 })), "gap");
});

test("a change that is known already is stale and changes nothing", () => {
  assert.equal(apply(started, frame({ from: 4, to: 5 })), "stale");
});

test("presence comes without a new version", () => {
  const next = applied(started, { from: 5, to: 5, put: { presence: { connected: 3 } } });
  assert.equal(next.version, 5);
  assert.deepEqual(next.entries.get("presence"), { connected: 3 });
});

test("nothing but a whole view can be the first", () => {
  assert.equal(apply(nothingYet, frame({ from: 0, to: 1 })), "gap");
});

test("cards come in their order, whatever the order of the frames", () => {
  const next = applied(nothingYet, { put: { "card:2": cardTwo, "card:1": cardOne, "cardboard:1": {} } });
  assert.deepEqual(all(next, "card"), [cardOne, cardTwo]);
});

test("old state plus changes is the fresh state, for random histories", () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const chance = (below: number) => (state = (state * 48_271 + 11) % 2_147_483_647) % below;
  const fresh = new Map<string, unknown>();
  let view = applied(nothingYet, { to: 0 });
  for (let version = 1; version <= 300; version++) {
    const key = `card:${chance(20)}`;
    const isDropped = chance(3) === 0;
    if (isDropped) fresh.delete(key);
    else fresh.set(key, { id: key, order: version });
    const put = isDropped ? {} : { [key]: fresh.get(key) };
    view = applied(view, { from: version - 1, to: version, put, drop: isDropped ? [key] : [] });
  }
  assert.deepEqual(new Map(view.entries), fresh, `seed ${seed}`);
});
