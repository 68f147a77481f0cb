import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { connect, type Connection } from "../connection/connection.ts";
import type { Listener, Socket } from "../connection/socket.ts";
import type { Frame } from "../connection/view.ts";
import { settled } from "./fakes.ts";

interface Asked {
  event: string;
  body: Record<string, unknown>;
  answer: (answer: unknown) => Promise<void>;
}

/** The browser, as far as waking up needs it. */
const woken: Record<string, (event?: unknown) => void> = {};
const listen = (event: string, listener: () => void) => void (woken[event] = listener);
const visibility = { visibilityState: "visible", addEventListener: listen, removeEventListener() {} };
Object.assign(globalThis, { addEventListener: listen, removeEventListener() {}, document: visibility });

class FakeSocket implements Socket {
  asked: Asked[] = [];
  connects = 0;
  private up = false;
  private listener!: Listener;

  isConnected = () => this.up;
  connect = () => void this.connects++;
  listen = (listener: Listener) => void (this.listener = listener);

  ask<Answer>(event: string, body: object): Promise<Answer | null> {
    return new Promise((resolve) => {
      const answer = async (answer: unknown) => {
        resolve(answer as Answer | null);
        await settled();
      };
      this.asked.push({ event, body: body as Record<string, unknown>, answer });
    });
  }

  comesUp() {
    this.up = true;
    this.listener.connected();
  }

  disconnect() {
    if (!this.up) return;
    this.up = false;
    this.listener.lost();
  }

  turnAway = (reason: string) => this.listener.turnedAway(reason);
  tell = (frame: Frame) => this.listener.view(frame);
  last = () => this.asked[this.asked.length - 1] as Asked;
}

const frame = (change: Partial<Frame>): Frame => ({
  of: "shared",
  epoch: 1,
  from: null,
  to: 5,
  stamp: 55,
  put: {},
  drop: [],
  ...change,
});
const welcome = (views: Frame[], change: object = {}) => ({
  ok: true,
  epoch: 1,
  version: 5,
  now: Date.now(),
  reconnect_within: 1000,
  views,
  ...change,
});

function page(
  onRefused = (_reason: string) => {},
  auth: Record<string, string> = {},
): { socket: FakeSocket; line: Connection } {
  const socket = new FakeSocket();
  const line = connect({ code: "ABCDEFGH", auth, onRefused }, socket);
  return { socket, line };
}

/** Seconds before each of the next tries, when none succeeds and chance is unkind. */
function waitsOf(socket: FakeSocket, context: TestContext, tickMs: number): number[] {
  const waits: number[] = [];
  for (let failure = 0; failure < 6; failure++) {
    socket.turnAway("");
    const before = socket.connects;
    let waited = 0;
    while (socket.connects === before) {
      context.mock.timers.tick(tickMs);
      waited += tickMs / 1000;
    }
    waits.push(waited);
  }
  return waits;
}

async function livePage() {
  const { socket, line } = page();
  socket.comesUp();
  await socket.last().answer(welcome([frame({ put: { "card:1": { order: 1 } } })]));
  return { socket, line };
}

test("the first hello knows nothing, and its answer makes the page live", async () => {
  const { socket, line } = page();
  assert.equal(line.state.value, "connecting");
  socket.comesUp();
  assert.deepEqual(socket.last().body, { epoch: null, version: null, protocol: 1, seen: null });
  await socket.last().answer(welcome([frame({}), frame({ of: "mine", put: { me: {} } })]));
  assert.equal(line.state.value, "live");
  assert.deepEqual([line.shared.value.version, line.mine.value.entries.size], [5, 1]);
});

test("a frame that fits changes the view", async () => {
  const { socket, line } = await livePage();
  socket.tell(frame({ from: 5, to: 6, drop: ["card:1"] }));
  assert.deepEqual([line.shared.value.version, line.shared.value.entries.size], [6, 0]);
});

test("after a gap the page keeps showing what it has and says hello for everything", async () => {
  const { socket, line } = await livePage();
  socket.tell(frame({ from: 8, to: 9 }));
  const seen = { epoch: 1, version: 5, stamp: 55 };
  assert.deepEqual(socket.last().body, { epoch: null, version: null, protocol: 1, seen });
  assert.equal(line.shared.value.entries.size, 1);
  await socket.last().answer(welcome([frame({ to: 9 })]));
  assert.equal(line.shared.value.version, 9);
});

test("a hello tells also of what was saved and of which no frame came any more", async () => {
  const { socket, line } = await livePage();
  void line.send("PostCard", { text: "Bank", kind: "idea" });
  await socket.last().answer({ ok: true, version: 7, stamp: 77 });
  socket.disconnect();
  socket.comesUp();
  const seen = { epoch: 1, version: 7, stamp: 77 };
  assert.deepEqual(socket.last().body, { epoch: 1, version: 5, protocol: 1, seen });
  line.close();
});

test("what an older server said has no stamp, and the hello says so with null", async () => {
  const { socket, line } = await livePage();
  void line.send("PostCard", { text: "Bank", kind: "idea" });
  await socket.last().answer({ ok: true, version: 7 });
  socket.disconnect();
  socket.comesUp();
  assert.deepEqual(socket.last().body.seen, { epoch: 1, version: 7, stamp: null });
  line.close();
});

test("frames that overtake the answer to hello are applied after it", async () => {
  const { socket, line } = page();
  socket.comesUp();
  socket.tell(frame({ from: 5, to: 6, put: { "card:2": { order: 2 } } }));
  await socket.last().answer(welcome([frame({ put: { "card:1": { order: 1 } } })]));
  assert.deepEqual([line.shared.value.version, line.shared.value.entries.size], [6, 2]);
});

test("coming back names the version held", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, line } = await livePage();
  socket.disconnect();
  assert.equal(line.state.value, "waiting");
  context.mock.timers.tick(1000);
  assert.equal(socket.connects, 2);
  socket.comesUp();
  const seen = { epoch: 1, version: 5, stamp: 55 };
  assert.deepEqual(socket.last().body, { epoch: 1, version: 5, protocol: 1, seen });
});

test("coming back is spread over the window the server announced", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Math, "random", () => 0.5);
  const { socket } = await livePage();
  socket.disconnect();
  context.mock.timers.tick(499);
  assert.equal(socket.connects, 1);
  context.mock.timers.tick(1);
  assert.equal(socket.connects, 2);
});

test("after three tries every failure doubles the window, up to ten seconds", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Math, "random", () => 1);
  const { socket } = page();
  assert.deepEqual(waitsOf(socket, context, 1000), [2, 2, 2, 4, 8, 10]);
});

test("staff knock again soon, however often nobody opened", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Math, "random", () => 1);
  const { socket } = page(undefined, { link: "abc" });
  assert.deepEqual(waitsOf(socket, context, 500), [1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
});

test("a final refusal at the door is told once and never tried again", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const reasons: string[] = [];
  const { socket, line } = page((reason) => reasons.push(reason));
  socket.turnAway("link_revoked");
  woken.online?.();
  context.mock.timers.tick(600_000);
  assert.deepEqual([reasons, line.state.value, socket.connects], [["link_revoked"], "refused", 1]);
});

test("a link that went with the end of the log is told of and never tried again", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const reasons: string[] = [];
  const { socket, line } = page((reason) => reasons.push(reason), { link: "abc" });
  socket.turnAway("unknown_link");
  context.mock.timers.tick(600_000);
  assert.deepEqual([reasons, line.state.value, socket.connects], [["unknown_link"], "refused", 1]);
});

test("a door that is only busy is tried again", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, line } = page();
  socket.turnAway("storage_away");
  context.mock.timers.tick(2000);
  assert.deepEqual([line.state.value, socket.connects], ["waiting", 2]);
});

test("a hello without an answer means a dead socket: it is dropped and made anew", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, line } = page();
  socket.comesUp();
  await socket.last().answer(null);
  assert.equal(socket.isConnected(), false);
  assert.equal(line.state.value, "waiting");
  context.mock.timers.tick(2000);
  assert.equal(socket.connects, 2);
});

test("somebody who looks again after a while makes the page ask whether its socket lives", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["Date", "setTimeout"] });
  const { socket } = await livePage();
  const before = socket.asked.length;
  visibility.visibilityState = "hidden";
  woken.visibilitychange?.();
  context.mock.timers.tick(6000);
  visibility.visibilityState = "visible";
  woken.visibilitychange?.();
  assert.equal(socket.asked.length, before + 1);
  assert.equal(socket.last().event, "hello");
});

test("a page that the browser had put away and shows again asks whether its socket lives", async () => {
  const { socket } = await livePage();
  const before = socket.asked.length;
  woken.pageshow?.({ persisted: false });
  assert.equal(socket.asked.length, before);
  woken.pageshow?.({ persisted: true });
  assert.deepEqual([socket.asked.length, socket.last().event], [before + 1, "hello"]);
});

test("a phone whose network is back waits no longer than after its first failure", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Math, "random", () => 1);
  const { socket } = page();
  for (let failure = 0; failure < 8; failure++) {
    socket.turnAway("storage_away");
    context.mock.timers.tick(60_000);
  }
  socket.turnAway("storage_away");
  const before = socket.connects;
  context.mock.timers.tick(2500);
  assert.equal(socket.connects, before);
  woken.online?.();
  context.mock.timers.tick(2500);
  assert.equal(socket.connects, before + 1);
});

test("a command waits for the line and goes out once it is live", async () => {
  const { socket, line } = page();
  const answer = line.send("OpenRound", { round: "r" });
  assert.deepEqual(socket.asked, []);
  socket.comesUp();
  await socket.last().answer(welcome([frame({})]));
  const { event, body } = socket.last();
  assert.deepEqual([event, body.name, body.round], ["command", "OpenRound", "r"]);
  assert.match(String(body.id), /^[a-z0-9]{6,16}\.1$/);
  await socket.last().answer({ ok: true, version: 6 });
  assert.deepEqual(await answer, { ok: true, version: 6 });
});

test("a new epoch brings what was acknowledged before it out again, with the same id", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, line } = await livePage();
  void line.send("PostCard", { text: "x", kind: "idea" });
  const first = socket.last().body;
  await socket.last().answer({ ok: true, version: 6 });
  socket.disconnect();
  context.mock.timers.tick(1000);
  socket.comesUp();
  await socket.last().answer(welcome([frame({ epoch: 2, to: 3 })], { epoch: 2, version: 3 }));
  assert.deepEqual(socket.last().body, { ...first, again: true });
  assert.equal(line.commands.value[0]?.stage, "waiting");
});

test("a new epoch that comes as a whole view while the line is up does the same", async () => {
  const { socket, line } = await livePage();
  void line.send("PostCard", { text: "x", kind: "idea" });
  const first = socket.last().body;
  await socket.last().answer({ ok: true, version: 6 });
  socket.tell(frame({ epoch: 2, to: 3 }));
  assert.equal(socket.last().event, "hello");
  await socket.last().answer(welcome([frame({ epoch: 2, to: 3 })], { epoch: 2, version: 3 }));
  assert.deepEqual(socket.last().body, { ...first, again: true });
});

test("what was sent before says so, and what is sent for the first time does not", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, line } = await livePage();
  void line.send("OpenRound", { round: "r" });
  assert.equal("again" in socket.last().body, false);
  socket.disconnect();
  await socket.last().answer(null);
  context.mock.timers.tick(1000);
  socket.comesUp();
  await socket.last().answer(welcome([frame({ from: 5, to: 5 })]));
  const { event, body } = socket.last();
  assert.deepEqual([event, body.name, body.again], ["command", "OpenRound", true]);
  line.close();
});

test("a dialogue that fell asleep is woken by a hello, and gets its command again", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, line } = await livePage();
  void line.send("OpenRound", { round: "r" });
  const { id } = socket.last().body;
  await socket.last().answer({ ok: false, error: "unavailable", reason: "dialogue_asleep" });
  assert.equal(socket.last().event, "hello");
  await socket.last().answer(welcome([frame({ from: 5, to: 5 })]));
  assert.equal(socket.last().body.id, id);
});

test("the page counts time on the server's clock", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { socket, line } = page();
  socket.comesUp();
  await socket.last().answer(welcome([frame({})], { now: Date.now() + 90_000 }));
  assert.equal(line.serverNow(), Date.now() + 90_000);
});
