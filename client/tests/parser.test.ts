import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "notepack.io";
import { Decoder, Encoder, readPacket, type Packet } from "../connection/parser.ts";

const roundTrip = (packet: Packet) => readPacket(new Encoder().encode(packet)[0] ?? new Uint8Array());

test("a command with its ack id arrives as it was sent", () => {
  const packet = { type: 2, nsp: "/", data: ["command", { id: "a.1", text: "ß ي 🙂" }], id: 7 };
  assert.deepEqual(roundTrip(packet), packet);
});

test("times in milliseconds keep every digit", () => {
  const packet = { type: 3, nsp: "/", data: [{ now: 1_790_000_000_123 }], id: 0 };
  assert.deepEqual(roundTrip(packet), packet);
});

test("a packet is a plain msgpack map without fields that are not set", () => {
  const [bytes] = new Encoder().encode({ type: 0, nsp: "/", data: { code: "ABCDEFGH" }, id: undefined });
  assert.deepEqual(decode(bytes ?? new Uint8Array()), { type: 0, nsp: "/", data: { code: "ABCDEFGH" } });
});

test("the null that python-socketio sends with a disconnect is dropped", () => {
  const packet = readPacket(encode({ type: 1, data: null, nsp: "/" }));
  assert.deepEqual(packet, { type: 1, nsp: "/" });
});

test("something that is no packet is an error, so that the socket starts afresh", () => {
  for (const nonsense of [encode(null), encode("hello"), encode({ type: 9, nsp: "/" }), encode({ nsp: "/" })]) {
    assert.throws(() => readPacket(nonsense), /not a Socket.IO packet/);
  }
});

test("the decoder hands every packet to its listeners until it is destroyed", () => {
  const decoder = new Decoder();
  const heard: Packet[] = [];
  decoder.on("decoded", (packet) => heard.push(packet));
  decoder.add(encode({ type: 2, nsp: "/", data: ["view", {}] }));
  decoder.destroy();
  decoder.add(encode({ type: 2, nsp: "/", data: ["view", {}] }));
  assert.equal(heard.length, 1);
});
