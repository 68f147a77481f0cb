import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../connection/commands.ts";
import { standingRefusal } from "../staff/refusals.ts";

const list = (...stages: Command["stage"][]) =>
  stages.map((stage, place) => ({ id: `t.${place}`, name: "OpenRound", fields: {}, order: place, stage }) as Command);

test("a refusal stands until something later is saved", () => {
  assert.equal(standingRefusal(list("saved", "refused"))?.id, "t.1");
  assert.equal(standingRefusal(list("refused", "saved")), undefined);
});

test("what is still waiting settles nothing, and the newest refusal is the one told", () => {
  assert.equal(standingRefusal(list("refused", "refused", "waiting"))?.id, "t.1");
  assert.equal(standingRefusal(list("waiting")), undefined);
});
