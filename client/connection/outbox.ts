/**
 * What this person did and the server has not answered yet. Written down before it is sent, sent in
 * order, tried again with the same id until there is a final answer; the last answered ones are kept
 * for a day, to be offered again should the server have lost its history (a new epoch).
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { answered, isFinal, isHeldUp, isOutdated, type Answer, type Command, type Fields } from "./commands.ts";
import { free } from "./lanes.ts";
import type { Shelf } from "./shelf.ts";
import { further, type Position } from "./view.ts";

const MOST_UNDER_WAY = 8;
const ANSWERED_KEPT = 200;
const MOST_INTERNAL_ERRORS = 4;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;

export interface Route {
  /** True while this tab may send and the server is there. */
  isOpen(): boolean;
  /**
   * The server's answer, or null if none came: unknown, never "failed". A command that is marked as
   * offered may have a copy on its way.
   */
  offer(command: Command): Promise<Answer | null>;
  epoch(): number;
}

export class Outbox {
  /** Everything on the shelf, in order; waiting, saved and refused. */
  readonly commands: ReadonlySignal<readonly Command[]>;
  /** False: what is waiting would not survive a reload of this page. */
  readonly keeps: ReadonlySignal<boolean>;
  /** True: what came last from the server is that it can keep nothing at the moment. */
  readonly heldUp: ReadonlySignal<boolean>;

  private tab: string;
  private shelf: Shelf;
  private route: Route;
  private list = signal<readonly Command[]>([]);
  private kept = signal(true);
  private toldToWait = signal(false);
  private counter = 0;
  private underWay = new Set<string>();
  private waitingForAnswer = new Map<string, (answer: Answer) => void>();
  private internalErrors = new Map<string, number>();
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(tab: string, shelf: Shelf, route: Route) {
    this.tab = tab;
    this.shelf = shelf;
    this.route = route;
    this.commands = this.list;
    this.keeps = this.kept;
    this.heldUp = this.toldToWait;
    this.list.value = shelf.all().sort((a, b) => a.order - b.order);
    this.kept.value = shelf.keeps;
    shelf.watch((id, command) => this.otherTabChanged(id, command));
  }

  /** Writes the command down, sends it when possible; resolves at the final answer. */
  put(name: string, fields: Fields): Promise<Answer> {
    const id = `${this.tab}.${++this.counter}`;
    const last = this.list.value[this.list.value.length - 1];
    const order = Math.max(Date.now(), (last?.order ?? 0) + 1);
    this.set({ id, name, fields, order, stage: "waiting" });
    const answer = new Promise<Answer>((resolve) => this.waitingForAnswer.set(id, resolve));
    this.pump();
    return answer;
  }

  /** Takes back what never left this phone, or clears a refusal that was read. True if it is gone. */
  forget(id: string): boolean {
    const command = this.list.value.find((known) => known.id === id);
    if (!command || command.stage === "saved" || (command.stage === "waiting" && command.offered)) {
      return false;
    }
    this.remove(id);
    this.waitingForAnswer.get(id)?.({ ok: false, error: "refused", reason: "taken_back" });
    this.waitingForAnswer.delete(id);
    this.pump();
    return true;
  }

  /** Erased for the law: nothing of these commands may stay here, whatever became of them. */
  erase(concerns: (command: Command) => boolean) {
    for (const { id } of this.list.value.filter(concerns)) {
      this.remove(id);
      this.resolve(id, { ok: false, error: "refused", reason: "unknown_card" });
    }
  }

  /** Sends what may travel now. Called whenever that may have changed. */
  pump() {
    if (!this.route.isOpen() || this.retry !== undefined) return;
    for (const command of free(this.unanswered())) {
      if (this.underWay.size >= MOST_UNDER_WAY) return;
      if (!this.underWay.has(command.id)) void this.send(command);
    }
  }

  /**
   * A fresh connection: nothing waits for its turn any longer. What is outdated goes only now, when
   * the server has told whether it still has it.
   */
  reconnected() {
    for (const { id } of this.list.value.filter(isOutdated)) this.remove(id);
    clearTimeout(this.retry);
    this.retry = undefined;
    this.tries = 0;
    this.pump();
  }

  /** History was lost: what was saved in another epoch is offered again, with the same ids. */
  offerAgain(epoch: number) {
    for (const command of this.list.value) {
      if (command.stage !== "saved" || command.epoch === epoch) continue;
      const { id, name, fields, order } = command;
      this.set({ id, name, fields, order, stage: "waiting", offered: true });
    }
  }

  /** The furthest that an answer has told of, also on an earlier visit. */
  furthest(): Position | null {
    let found: Position | null = null;
    for (const { epoch, version, stamp } of this.list.value) {
      if (epoch && version) found = further(found, { epoch, version, stamp: stamp ?? null });
    }
    return found;
  }

  private unanswered(): Command[] {
    return this.list.value.filter((command) => command.stage === "waiting");
  }

  private async send(command: Command) {
    this.underWay.add(command.id);
    if (!command.offered) this.set({ ...command, offered: true });
    const answer = await this.route.offer(command);
    this.underWay.delete(command.id);
    this.toldToWait.value = isHeldUp(answer);
    if (answer && this.settles(command.id, answer)) this.settle(command.id, answer);
    else this.tryLater();
    this.pump();
  }

  /** A bug on the server must not block the queue for ever: after some tries it counts as refused. */
  private settles(id: string, answer: Answer): boolean {
    if (isFinal(answer)) return true;
    if (answer.ok || answer.error !== "internal") return false;
    const times = (this.internalErrors.get(id) ?? 0) + 1;
    this.internalErrors.set(id, times);
    return times >= MOST_INTERNAL_ERRORS;
  }

  private settle(id: string, answer: Answer) {
    this.tries = 0;
    const command = this.list.value.find((known) => known.id === id);
    if (command) this.set(answered(command, answer, this.route.epoch()));
    this.resolve(id, answer);
    this.dropOldest();
  }

  private resolve(id: string, answer: Answer) {
    this.waitingForAnswer.get(id)?.(answer);
    this.waitingForAnswer.delete(id);
  }

  private tryLater() {
    const longest = Math.min(FIRST_RETRY_MS * 2 ** this.tries++, LONGEST_RETRY_MS);
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      this.pump();
    }, longest * (0.5 + Math.random() / 2));
  }

  private dropOldest() {
    const done = this.list.value.filter((command) => command.stage !== "waiting");
    for (const { id } of done.slice(0, Math.max(0, done.length - ANSWERED_KEPT))) this.remove(id);
  }

  private set(command: Command) {
    this.shelf.write(command);
    this.kept.value = this.shelf.keeps;
    this.place(command);
  }

  private place(command: Command) {
    const others = this.list.value.filter((known) => known.id !== command.id);
    this.list.value = [...others, command].sort((a, b) => a.order - b.order);
  }

  private remove(id: string) {
    this.shelf.remove(id);
    this.list.value = this.list.value.filter((known) => known.id !== id);
  }

  private otherTabChanged(id: string, command: Command | null) {
    if (command) this.place(command);
    else this.list.value = this.list.value.filter((known) => known.id !== id);
    if (command?.stage === "saved") this.resolve(id, { ok: true, version: command.version ?? 0 });
    if (command?.stage === "refused") {
      this.resolve(id, { ok: false, error: command.error ?? "", reason: command.reason ?? "" });
    }
    this.pump();
  }
}
