/**
 * What this person sees of their own: the server's word (`mine`), and drawn over it whatever is on
 * its way. A command stops counting once `mine` has reached the version at which it was saved.
 */
import type { Command } from "../../connection/commands.ts";
import {
  all,
  single,
  type Ballot,
  type Card,
  type Judgement,
  type Kind,
  type Me,
} from "../../connection/entries.ts";
import type { View } from "../../connection/view.ts";

/** What became of something this person did. */
export type Fate =
  | { status: "waiting" | "saved" }
  | { status: "refused"; error: string; reason: string; command: string };

export interface ShownCard {
  /** Stays the same from the tap to the last change: the id of the command that posted it. */
  key: string;
  /** null: the server has not shown it to us yet. */
  id: string | null;
  kind: Kind;
  text: string;
  round: string | null;
  order: number;
  hidden: null | { reason: string };
  fate: Fate;
  /** Being taken back. */
  leaving: boolean;
}

export interface ShownVote {
  dots: number;
  answer: Judgement | null;
  fate: Fate;
}

/** True while a command changes what `mine` does not show yet. */
function isAhead(command: Command, mine: View): boolean {
  if (command.stage === "waiting") return true;
  return (
    command.stage === "saved" &&
    command.epoch === mine.epoch &&
    (command.version ?? 0) > mine.version
  );
}

function fateOf(command: Command): Fate {
  if (command.stage !== "refused") return { status: command.stage };
  const { error = "refused", reason = "other", id } = command;
  return { status: "refused", error, reason, command: id };
}

export function meNow(mine: View, commands: readonly Command[]): Me {
  let me = single(mine, "me") ?? { joined: false, language: null, table: null, ticket: false };
  for (const command of commands) {
    if (!isAhead(command, mine)) continue;
    const { language, table } = command.fields as { language: string; table: number };
    if (command.name === "Join" || command.name === "ChooseLanguage") {
      me = { ...me, joined: true, language };
    }
    if (command.name === "TakeTable") me = { ...me, table };
    if (command.name === "RedeemTicket" && command.stage === "saved") me = { ...me, ticket: true };
  }
  return me;
}

/** Own cards, newest first. */
export function myCards(mine: View, commands: readonly Command[]): ShownCard[] {
  const cards = all(mine, "mycard").map((card): ShownCard => {
    const { id, kind, text, round, order, hidden } = card;
    const shown: ShownCard = {
      key: card.command,
      id,
      kind,
      text,
      round,
      order,
      hidden,
      fate: { status: "saved" },
      leaving: false,
    };
    return commands.reduce((changed, command) => changedBy(changed, command, mine), shown);
  });
  const shownAlready = new Set(cards.map((card) => card.key));
  const onTheirWay = commands
    .filter((command) => command.name === "PostCard" && !shownAlready.has(command.id))
    .filter((command) => command.stage === "refused" || isAhead(command, mine))
    .map(cardOnItsWay);
  return [...cards, ...onTheirWay].reverse();
}

function changedBy(card: ShownCard, command: Command, mine: View): ShownCard {
  if (command.fields.card !== card.id) return card;
  if (command.name !== "EditCard" && command.name !== "WithdrawCard") return card;
  if (command.stage === "refused") return { ...card, fate: fateOf(command) };
  // A later change that went through makes an earlier refusal history.
  const settled: ShownCard = { ...card, fate: fateOf(command) };
  if (!isAhead(command, mine)) return settled;
  if (command.name === "WithdrawCard") return { ...settled, leaving: true };
  const { text, kind } = command.fields as { text: string; kind: Kind };
  return { ...settled, text, kind };
}

function cardOnItsWay(command: Command): ShownCard {
  const { text, kind } = command.fields as { text: string; kind: Kind };
  return {
    key: command.id,
    id: null,
    kind,
    text,
    round: null,
    order: command.order,
    hidden: null,
    fate: fateOf(command),
    leaving: false,
  };
}

/**
 * What others laid on the table. The table's news and one's own come in two frames: in between, a
 * card just posted or just taken back must not lie there as if it were somebody else's.
 */
export function cardsOfOthers(
  table: readonly Card[],
  mine: readonly ShownCard[],
  commands: readonly Command[],
): Card[] {
  const withdrawn = commands
    .filter(({ name, stage }) => name === "WithdrawCard" && stage !== "refused")
    .map(({ fields }) => fields.card);
  const known = new Set<unknown>([...mine.map((card) => card.id), ...withdrawn]);
  const arriving = mine.filter((card) => card.id === null && card.fate.status !== "refused");
  return table.filter((card) => {
    if (known.has(card.id)) return false;
    const place = arriving.findIndex(({ text, kind }) => text === card.text && kind === card.kind);
    if (place >= 0) arriving.splice(place, 1);
    return place < 0;
  });
}

/** Own votes on one ballot, by option. */
export function myVotes(
  mine: View,
  commands: readonly Command[],
  ballot: string,
): Map<string, ShownVote> {
  const votes = new Map<string, ShownVote>();
  for (const { option, dots = 0, answer = null } of all(mine, "vote").filter(
    (vote) => vote.ballot === ballot,
  )) {
    votes.set(option, { dots, answer, fate: { status: "saved" } });
  }
  const held = new Set(votes.keys());
  for (const command of commands) {
    if (command.fields.ballot !== ballot) continue;
    const { option, dots, answer } = command.fields as {
      option: string;
      dots?: number;
      answer?: Judgement;
    };
    const before = votes.get(option) ?? { dots: 0, answer: null };
    if (isAhead(command, mine)) {
      const now = { dots: dots ?? before.dots, answer: answer ?? before.answer };
      votes.set(option, { ...now, fate: fateOf(command) });
    } else if (command.stage === "refused" || held.has(option) || dots === 0) {
      votes.set(option, { ...before, fate: fateOf(command) });
    } else {
      // Saved, and gone since with a freed ticket or a hidden card: nothing to tell of any more.
      votes.delete(option);
    }
  }
  return votes;
}

/** Rule minus what is placed, saved or on its way. */
export function dotsLeft(ballot: Ballot, votes: ReadonlyMap<string, ShownVote>): number {
  let placed = 0;
  for (const { dots } of votes.values()) placed += dots;
  return Math.max(0, ballot.dots - placed);
}
