import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Version, type Surroundings } from "../connection/version.ts";

function page(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const seen = { saved: true, writing: false, tried: "", reloads: 0 };
  const around: Surroundings = {
    ownBuild: "old",
    tried: () => seen.tried,
    trying: (build) => (seen.tried = build),
    isWriting: () => seen.writing,
    reload: () => void seen.reloads++,
  };
  const version = new Version(() => seen.saved, around);
  const minutePasses = () => {
    for (let second = 0; second < 60; second++) context.mock.timers.tick(1000);
  };
  return { seen, version, minutePasses };
}

test("a page of the server's own build, or of a server that names none, stays", (context) => {
  const { seen, version, minutePasses } = page(context);
  version.heard("old");
  version.heard(undefined);
  minutePasses();
  assert.deepEqual([version.offered.value, seen.reloads], [false, 0]);
});

test("an older page offers the newer one and loads it by itself", (context) => {
  const { seen, version, minutePasses } = page(context);
  version.heard("new");
  assert.deepEqual([version.offered.value, seen.reloads], [true, 0]);
  minutePasses();
  assert.equal(seen.tried, "new");
  assert.ok(seen.reloads > 0);
});

for (const [why, hold, release] of [
  ["something waits in the outbox", { saved: false }, { saved: true }],
  ["somebody is writing", { writing: true }, { writing: false }],
] as const) {
  test(`nothing is loaded anew while ${why}`, (context) => {
    const { seen, version, minutePasses } = page(context);
    Object.assign(seen, hold);
    version.heard("new");
    minutePasses();
    assert.equal(seen.reloads, 0);
    Object.assign(seen, release);
    minutePasses();
    assert.ok(seen.reloads > 0);
  });
}

test("while servers disagree a page is loaded anew once and not for ever", (context) => {
  const { seen, version, minutePasses } = page(context);
  seen.tried = "new"; // this tab was loaded anew for it, and got the old page again
  version.heard("new");
  minutePasses();
  assert.deepEqual([version.offered.value, seen.reloads], [false, 0]);
});

test("a server that is replaced by one of this page's build ends the offer", (context) => {
  const { seen, version, minutePasses } = page(context);
  version.heard("new");
  version.heard("old");
  minutePasses();
  assert.deepEqual([version.offered.value, seen.reloads], [false, 0]);
});
