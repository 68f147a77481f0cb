/**
 * One page's line to its dialogue: it says hello, applies frames, comes back by itself, and lets the
 * outbox send while the line is up.
 */
import { batch, signal, type ReadonlySignal } from "@preact/signals";
import type { Answer, Command, Fields } from "./commands.ts";
import { randomHex } from "./ids.ts";
import { Outbox } from "./outbox.ts";
import { electSender, type Sender } from "./owner.ts";
import { browserShelf, memoryShelf } from "./shelf.ts";
import { dropErased, forgetDialogue } from "./erased.ts";
import { openSocket, type Socket } from "./socket.ts";
import { browserSurroundings, PROTOCOL, Version } from "./version.ts";
import { apply, further, nothingYet, type Frame, type Position, type View } from "./view.ts";
import { onWake } from "./wake.ts";

/** live: what you see is now. waiting: the line is down and comes back by itself. */
export type LineState = "connecting" | "live" | "waiting" | "refused";

export interface ConnectOptions {
  code: string;
  auth: Record<string, string>;
  /** The server does not want this page: unknown_code, bad_token, link_revoked, not_signed_in ... */
  onRefused?: (reason: string) => void;
  /** Name of a queue that survives reload and closed tab; without it, waiting commands live in memory. */
  keep?: string;
}

export interface Connection {
  readonly shared: ReadonlySignal<View>;
  readonly mine: ReadonlySignal<View>;
  readonly state: ReadonlySignal<LineState>;
  /** What was sent from here: waiting, saved, refused; in order. */
  readonly commands: ReadonlySignal<readonly Command[]>;
  /** False: waiting commands would not survive a reload. */
  readonly keeps: ReadonlySignal<boolean>;
  /** The server is there, but can keep nothing at the moment. */
  readonly heldUp: ReadonlySignal<boolean>;
  /** The server hands out newer pages than this one. */
  readonly newerPage: ReadonlySignal<boolean>;
  /** Loads the newer page, now. */
  loadNewerPage(): void;
  /** ms since 1970 on the server's clock. */
  serverNow(): number;
  /** Resolves at the final answer, however long the line is down. */
  send(name: string, fields: Fields): Promise<Answer>;
  /** Takes back a command that never left, or clears a refusal that was read. */
  forget(id: string): boolean;
  close(): void;
}

interface Hello {
  ok: true;
  epoch: number;
  version: number;
  now: number;
  reconnect_within: number;
  /** Missing from servers that are older than this page. */
  build?: string;
  views: Frame[];
}

type NotWelcome = Exclude<Answer, { ok: true }>;

const ANSWER_MS = 8000;
const PROBE_MS = 4000;
const LONGEST_WINDOW_MS = 10_000;
/** A server that is started anew needs some two seconds: whoever knocked meanwhile is not late for it. */
const TRIES_IN_THE_FIRST_WINDOW = 3;
/** Staff are few and the hall waits for them: they knock often while the server is away. */
const LONGEST_STAFF_WINDOW_MS = 1500;
/** Refusals of the door that no second try changes. */
const final = new Set([
  "unknown_code",
  "dialogue_erased",
  "log_corrupted",
  "bad_token",
  "unknown_link",
  "link_revoked",
  "not_signed_in",
  "wrong_origin",
  "malformed",
]);

export function connect(
  { code, auth, onRefused, keep }: ConnectOptions,
  socket: Socket = openSocket(code, auth),
): Connection {
  const shared = signal<View>(nothingYet);
  const mine = signal<View>(nothingYet);
  const state = signal<LineState>("connecting");
  let clockOffset = 0;
  const longestMs = "link" in auth ? LONGEST_STAFF_WINDOW_MS : LONGEST_WINDOW_MS;
  let spreadMs = 2000;
  let failures = 0;
  let seen: Position | null = null;
  let greeting = false;
  let early: Frame[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tab = randomHex(5);
  const outbox = new Outbox(tab, keep ? browserShelf(keep) : memoryShelf(), {
    isOpen: () => state.value === "live" && sender.isThisTab(),
    offer: async ({ id, name, fields, offered }) => {
      // A copy that is still on its way must find a no in the log, should there be one.
      const again = offered ? { again: true } : {};
      const answer = await socket.ask<Answer>("command", { ...fields, ...again, id, name }, ANSWER_MS);
      // A dialogue nobody spoke to for long is put to sleep; only a hello wakes it.
      if (answer && !answer.ok && answer.reason === "dialogue_asleep") void sayHello();
      return answer;
    },
    epoch: () => shared.value.epoch ?? 0,
  });
  const newVersion = new Version(
    () => outbox.commands.value.every((command) => command.stage !== "waiting"),
    browserSurroundings(),
  );
  const sender: Sender = keep
    ? electSender(keep, tab, () => queueMicrotask(() => outbox.pump()))
    : { isThisTab: () => true };

  async function sayHello(within = ANSWER_MS) {
    if (greeting) return;
    greeting = true;
    const asked = Date.now();
    const { epoch, version } = shared.value;
    const held = { epoch, version: epoch === null ? null : version };
    const asking = { ...held, protocol: PROTOCOL, seen: further(seen, outbox.furthest()) };
    const hello = await socket.ask<Hello | NotWelcome>("hello", asking, within);
    greeting = false;
    if (!hello?.ok) return notWelcomed(hello?.reason);
    clockOffset = hello.now - (asked + Date.now()) / 2;
    spreadMs = hello.reconnect_within;
    failures = 0;
    welcomed(hello);
    newVersion.heard(hello.build);
  }

  function welcomed(hello: Hello) {
    const frames = [...hello.views, ...early];
    early = [];
    batch(() => {
      const complete = frames.every(applyFrame);
      if (!complete) return startOver();
      outbox.offerAgain(hello.epoch);
      state.value = "live";
    });
    outbox.reconnected();
  }

  function notWelcomed(reason: string | undefined) {
    if (reason && final.has(reason)) return refused(reason);
    socket.disconnect();
    return comeBack();
  }

  /** False if something is missing in between. */
  function applyFrame(frame: Frame): boolean {
    const view = frame.of === "mine" ? mine : shared;
    const next = apply(view.value, frame);
    if (next === "gap") return false;
    if (next !== "stale") {
      view.value = next;
      seen = further(seen, { epoch: frame.epoch, version: frame.to, stamp: frame.stamp ?? null });
    }
    return true;
  }

  function startOver() {
    shared.value = { ...shared.value, epoch: null };
    void sayHello();
  }

  function refused(reason: string) {
    clearTimeout(timer);
    state.value = "refused";
    socket.disconnect();
    if (reason === "dialogue_erased") forgetDialogue(code, outbox);
    onRefused?.(reason);
  }

  /** Everybody who lost the line at once comes back spread over the window the server announced. */
  function comeBack() {
    if (state.value === "refused" || timer !== undefined) return;
    state.value = "waiting";
    early = [];
    const doublings = Math.max(0, ++failures - TRIES_IN_THE_FIRST_WINDOW);
    const within = Math.min(spreadMs * 2 ** doublings, longestMs);
    timer = setTimeout(comeNow, Math.random() * within);
  }

  function comeNow() {
    clearTimeout(timer);
    timer = undefined;
    socket.connect();
  }

  /** Somebody looks at the page again: the socket may be dead without knowing it. */
  function lookedAgain() {
    if (state.value === "refused") return;
    if (socket.isConnected()) void sayHello(PROBE_MS);
    else comeNow();
  }

  /** The network is back for the whole hall at once, so not everybody now. */
  function backOnline() {
    if (state.value === "refused" || socket.isConnected()) return;
    clearTimeout(timer);
    timer = undefined;
    failures = 0;
    comeBack();
  }

  socket.listen({
    connected: () => void sayHello(),
    lost: () => comeBack(),
    turnedAway: (reason) => (final.has(reason) ? refused(reason) : comeBack()),
    view(frame) {
      if (greeting) early.push(frame);
      // Another epoch, even as a whole view: only a hello tells that acknowledged commands must go out again.
      else if (frame.epoch !== shared.value.epoch || !applyFrame(frame)) startOver();
    },
  });
  const stopErasing = dropErased(shared, outbox);
  const stopWaking = onWake(lookedAgain, backOnline);
  socket.connect();

  return {
    shared,
    mine,
    state,
    commands: outbox.commands,
    keeps: outbox.keeps,
    heldUp: outbox.heldUp,
    newerPage: newVersion.offered,
    loadNewerPage: () => newVersion.reload(),
    serverNow: () => Date.now() + clockOffset,
    send: (name, fields) => outbox.put(name, fields),
    forget: (id) => outbox.forget(id),
    close() {
      stopWaking();
      stopErasing();
      newVersion.stop();
      clearTimeout(timer);
      state.value = "refused";
      socket.disconnect();
    },
  };
}
