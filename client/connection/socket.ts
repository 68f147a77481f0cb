/** The Socket.IO socket, cut down to what a page needs; the only place that knows the library. */
import { io } from "socket.io-client";
import * as parser from "./parser.ts";
import type { Frame } from "./view.ts";

export interface Listener {
  connected(): void;
  lost(): void;
  /** The door said no, with its reason, or ("") nobody opened. */
  turnedAway(reason: string): void;
  view(frame: Frame): void;
}

export interface Socket {
  isConnected(): boolean;
  connect(): void;
  disconnect(): void;
  listen(listener: Listener): void;
  /** The answer, or null if none came within so many ms or the line broke. */
  ask<Answer>(event: string, body: object, within: number): Promise<Answer | null>;
}

/** A socket that waits for `connect()` and never comes back by itself. */
export function openSocket(code: string, auth: Record<string, string>): Socket {
  const socket = io({
    query: { code },
    auth: { code, ...auth },
    parser,
    transports: ["websocket"],
    reconnection: false,
    autoConnect: false,
    forceNew: true,
    timeout: 10_000,
  });
  return {
    isConnected: () => socket.connected,
    connect: () => void socket.connect(),
    disconnect: () => void socket.disconnect(),
    listen(listener) {
      socket.on("connect", () => listener.connected());
      socket.on("disconnect", () => listener.lost());
      socket.on("view", (frame: Frame) => listener.view(frame));
      socket.on("connect_error", (error: Error & { data?: { reason?: string } }) =>
        listener.turnedAway(error.data?.reason ?? ""),
      );
    },
    async ask(event, body, within) {
      try {
        return await socket.timeout(within).emitWithAck(event, body);
      } catch {
        return null;
      }
    },
  };
}
