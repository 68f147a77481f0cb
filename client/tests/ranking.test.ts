import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ballot, Option } from "../connection/entries.ts";
import { bestFirst, placeAmong } from "../connection/ranking.ts";

const byDots = { id: "b", method: "dots" } as Ballot;
const byAgreement = { id: "b", method: "agreement" } as Ballot;
const options = (tallies: Option["tally"][]) =>
  tallies.map((tally, place) => ({ id: `o${place + 1}`, order: place + 1, tally }) as Option);
const dots = (...given: number[]) => options(given.map((n) => ({ dots: n, voters: 1 })));
const places = (ballot: Ballot, list: Option[]) =>
  bestFirst(ballot, list).map((option) => [option.id, placeAmong(list, ballot, option)]);

test("equal options share a place, and the next one counts them all: 1, 1, 3", () => {
  assert.deepEqual(places(byDots, dots(2, 5, 1, 5)), [["o2", 1], ["o4", 1], ["o1", 3], ["o3", 4]]);
});

test("three on the first place leave the fourth to the next", () => {
  assert.deepEqual(places(byDots, dots(4, 4, 4, 0)), [["o1", 1], ["o2", 1], ["o3", 1], ["o4", 4]]);
});

test("where nothing got a dot everything is on the first place, as posted", () => {
  assert.deepEqual(places(byDots, dots(0, 0)), [["o1", 1], ["o2", 1]]);
});

test("an option without a tally counts as none given", () => {
  const list = [...dots(1), ...options([null])];
  assert.deepEqual(list.map((option) => placeAmong(list, byDots, option)), [1, 2]);
});

test("agreement counts over disagreement; who does not know moves nothing", () => {
  const said = (agree: number, disagree: number, pass: number) => ({ agree, disagree, pass });
  const list = options([said(9, 8, 0), said(3, 0, 0), said(4, 1, 20), said(0, 5, 0)]);
  assert.deepEqual(places(byAgreement, list), [["o2", 1], ["o3", 1], ["o1", 3], ["o4", 4]]);
});

test("the place at a table is the one among that table's options, not in the hall", () => {
  const [best, own, other] = dots(9, 3, 5) as [Option, Option, Option];
  assert.equal(placeAmong([own], byDots, own), 1);
  assert.equal(placeAmong([best, own, other], byDots, own), 3);
});

test("ranking leaves the list it was given in its order", () => {
  const list = dots(1, 2);
  bestFirst(byDots, list);
  assert.deepEqual(list.map((option) => option.id), ["o1", "o2"]);
});
