// Another program that takes part in an evening. Written from docs/protocol.md alone: it uses
// nothing of ours but that page, the npm socket.io-client, and a MessagePack library.
//
//   node outsider.mjs FOLDER-OF-PACKAGES URL CODE SECRET-OF-A-MODERATOR
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";

const [packages, url, code, secret] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { io } = require("socket.io-client");
const { encode, decode } = require("notepack.io");

class Encoder {
  encode({ type, nsp, data, id }) {
    return [encode({ type, nsp, ...(data === undefined ? {} : { data }), ...(id === undefined ? {} : { id }) })];
  }
}

class Decoder {
  listeners = [];
  on(_name, listener) { this.listeners.push(listener); }
  off() { this.listeners = []; }
  destroy() { this.listeners = []; }
  add(message) { for (const listener of this.listeners) listener(decode(message)); }
}

class Guest {
  constructor(auth, headers = {}) {
    this.views = { shared: new Map(), mine: new Map() };
    this.held = {};
    this.tab = randomBytes(6).toString("hex");
    this.counter = 0;
    this.socket = io(url, {
      transports: ["websocket"], query: { code }, parser: { Encoder, Decoder },
      auth, extraHeaders: headers, reconnection: false, forceNew: true,
    });
    this.socket.on("view", (frame) => this.take(frame) || this.hello());
  }

  connected() {
    return new Promise((resolve, reject) => {
      this.socket.on("connect", () => resolve(this));
      this.socket.on("connect_error", (error) => reject(Object.assign(error, { said: error.data })));
    });
  }

  async hello() {
    const held = this.held.shared ?? { epoch: null, version: null };
    const answer = await this.socket.timeout(5000).emitWithAck("hello", held);
    assert.equal(answer.ok, true);
    for (const frame of answer.views) assert.ok(this.take(frame));
    return answer;
  }

  take({ of, epoch, from, to, put, drop }) {
    const view = this.views[of];
    const held = this.held[of];
    if (from === null) view.clear();
    else if (!held || held.epoch !== epoch || held.version !== from) return false;
    for (const [key, value] of Object.entries(put)) view.set(key, value);
    for (const key of drop) view.delete(key);
    this.held[of] = { epoch, version: to };
    return true;
  }

  send(id, name, fields) {
    return this.socket.timeout(5000).emitWithAck("command", { id, name, ...fields });
  }

  async says(name, fields = {}) {
    const answer = await this.send(`${this.tab}.${++this.counter}`, name, fields);
    assert.equal(answer.ok, true, `${name}: ${answer.reason}`);
    return answer;
  }

  async isRefused(reason, name, fields = {}) {
    const answer = await this.send(`${this.tab}.${++this.counter}`, name, fields);
    assert.deepEqual([answer.ok, answer.error, answer.reason], [false, "refused", reason]);
  }

  all(prefix, of = "shared") {
    return [...this.views[of]].filter(([key]) => key.startsWith(`${prefix}:`)).map(([, value]) => value);
  }

  async sees(holds) {
    for (let wait = 0; wait < 250; wait++) {
      const found = holds(this);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail(`never saw: ${holds}`);
  }
}

const phone = () => new Guest({ code, token: randomBytes(16).toString("hex") }).connected();
const openKind = (guest, kind) => guest.all(kind).find((one) => one.state === "open");

async function moderator() {
  const answer = await fetch(`${url}/api/enter`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ secret }),
  });
  const { link } = await answer.json();
  const cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  return new Guest({ code, link }, { cookie }).connected();
}

// The staff and three phones come in.
const lead = await moderator();
await lead.hello();
const phones = await Promise.all([phone(), phone(), phone()]);
await assert.rejects(new Guest({ code: "22222222", token: "0".repeat(32) }).connected(), (error) => {
  assert.deepEqual(error.said, { error: "forgotten", reason: "unknown_code" });
  return true;
});
for (const [nth, guest] of phones.entries()) {
  await guest.hello();
  await guest.isRefused("not_joined", "TakeTable", { table: 1 });
  await guest.says("Join", { language: ["de", "en", "ar"][nth] });
  await guest.says("TakeTable", { table: 1 });
}
await lead.sees((guest) => guest.views.shared.get("people")?.joined === 3);

// A round: posting, editing, repeating, hiding.
const [ali, bea, cem] = phones;
await ali.isRefused("no_open_round", "PostCard", { text: "x", kind: "idea" });
const round = lead.all("round").find((one) => one.kinds.includes("idea"));
await lead.says("OpenRound", { round: round.id });
await ali.sees((guest) => openKind(guest, "round"));
const first = await ali.send("again1.1", "PostCard", { text: "Sprachcafé", kind: "idea" });
const again = await ali.send("again1.1", "PostCard", { text: "Sprachcafé", kind: "idea" });
assert.deepEqual(again, first);
const other = await ali.send("again1.1", "PostCard", { text: "etwas anderes", kind: "idea" });
assert.equal(other.error, "conflict");
await bea.says("PostCard", { text: "نحتاج إلى دورات لغة مسائية", kind: "idea" });
await cem.says("PostCard", { text: "Buses", kind: "idea" });
await cem.isRefused("forbidden_characters", "PostCard", { text: "a\u202eb", kind: "idea" });
const buses = await cem.sees((guest) => guest.all("mycard", "mine")[0]);
await cem.says("EditCard", { card: buses.id, text: "Later buses", kind: "idea" });
await bea.isRefused("not_your_card", "WithdrawCard", { card: buses.id });
await bea.sees((guest) => guest.all("card").some((card) => card.text === "Later buses"));
await lead.says("HideCard", { card: buses.id, reason: "Probe" });
await bea.sees((guest) => guest.all("card").length === 2);
await cem.sees((guest) => guest.all("mycard", "mine")[0].hidden?.reason === "Probe");
await lead.says("UnhideCard", { card: buses.id });
await bea.sees((guest) => guest.all("card").length === 3);
await lead.says("CloseRound", { round: round.id });
await cem.isRefused("round_closed", "WithdrawCard", { card: buses.id });

// A vote: budget, taking back, secrecy, the reveal.
await lead.says("PlanBallot", {
  title: { de: "Bepunkten" }, method: "dots", dots: 3, most_per_option: 2, rounds: [round.id],
});
const planned = await lead.sees((guest) => guest.all("ballot").find((one) => one.title.de === "Bepunkten"));
await lead.says("OpenBallot", { ballot: planned.id });
const optionOf = (guest, text) =>
  guest.all("option").find((one) => one.ballot === planned.id && Object.values(one.text)[0] === text);
const cafe = await ali.sees((guest) => optionOf(guest, "Sprachcafé"));
const bus = optionOf(ali, "Later buses");
const dots = (guest, option, number) =>
  ["PlaceDots", { ballot: planned.id, option: option.id, dots: number }];
for (const guest of phones) await guest.says(...dots(guest, cafe, 2));
await ali.isRefused("too_many_on_option", ...dots(ali, cafe, 3));
await ali.isRefused("no_dots_left", ...dots(ali, bus, 2));
await ali.says(...dots(ali, bus, 1));
await cem.says(...dots(cem, cafe, 0));
await ali.sees((guest) => guest.all("vote", "mine").length === 2);
assert.ok([lead, ...phones].every((guest) => guest.all("option").every((one) => one.tally === null)));
await lead.says("CloseBallot", { ballot: planned.id });
for (const guest of [lead, ...phones]) {
  const revealed = await guest.sees((one) => optionOf(one, "Sprachcafé")?.tally);
  assert.deepEqual(revealed, { dots: 4, voters: 2 });
}
await bea.isRefused("voting_closed", ...dots(bea, bus, 1));

// Coming back: what was missed, not everything.
const before = bea.held.shared;
await lead.isRefused("round_not_open", "ExtendRound", { round: round.id, minutes: 1 });
const back = await bea.hello();
assert.equal(back.views.find((frame) => frame.of === "shared").from, before.version);
for (const guest of [lead, ...phones]) guest.socket.disconnect();
console.log(JSON.stringify({ cards: 3, dots: 5, version: back.version }));
