/**
 * Socket.IO packets as msgpack maps, the way python-socketio's msgpack serializer writes them.
 * Python sends DISCONNECT with `data: null`; the client would take that for a broken packet and
 * reconnect a removed phone for ever, so the null is dropped here.
 */
import { decode, encode } from "notepack.io";

export interface Packet {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number;
}

type Listener = (packet: Packet) => void;

export class Encoder {
  encode({ type, nsp, data, id }: Packet): Uint8Array[] {
    const packet: Packet = { type, nsp };
    if (data !== undefined) packet.data = data;
    if (id !== undefined) packet.id = id;
    return [encode(packet)];
  }
}

export class Decoder {
  private listeners: Listener[] = [];

  on(_event: "decoded", listener: Listener) {
    this.listeners.push(listener);
    return this;
  }

  off(_event: "decoded", listener: Listener) {
    this.listeners = this.listeners.filter((known) => known !== listener);
    return this;
  }

  add(chunk: ArrayBuffer | Uint8Array) {
    const packet = readPacket(chunk);
    this.listeners.forEach((listener) => listener(packet));
  }

  destroy() {
    this.listeners = [];
  }
}

/** One packet; throws on anything that is none, which makes the socket start afresh. */
export function readPacket(chunk: ArrayBuffer | Uint8Array): Packet {
  const packet = decode(chunk) as Packet | null;
  if (!packet || !Number.isInteger(packet.type) || packet.type < 0 || packet.type > 4) {
    throw new Error("not a Socket.IO packet");
  }
  if (packet.data === null) delete packet.data;
  return packet;
}
