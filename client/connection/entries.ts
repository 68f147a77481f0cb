/** The entries of the views by name, as docs/protocol.md lists them, and how a page picks them out. */
import type { View } from "./view.ts";

export type Texts = Record<string, string>;
export type Kind = "idea" | "worry" | "question" | "going_well";
export type State = "planned" | "open" | "closed";
export type Judgement = "agree" | "disagree" | "pass";
export const kinds: readonly Kind[] = ["idea", "worry", "question", "going_well"];

export interface Dialogue {
  code: string;
  title: Texts;
  goal: Texts;
  afterwards: Texts;
  /** The first one is the main language: every text has it. */
  languages: string[];
  rehearsal: boolean;
}
export interface Topic {
  id: string;
  title: Texts;
  question: Texts;
  order: number;
}
export interface Table {
  number: number;
  topic: string;
}
export interface Round {
  id: string;
  title: Texts;
  question: Texts;
  kinds: Kind[];
  minutes: number;
  state: State;
  order: number;
  deadline: number | null;
}
export interface Card {
  id: string;
  table: number;
  round: string;
  kind: Kind;
  text: string;
  order: number;
  edited: boolean;
  via: "phone" | "host";
  hidden: null | { reason: string };
}
export interface Ballot {
  id: string;
  title: Texts;
  method: "dots" | "agreement";
  dots: number;
  most_per_option: number;
  own_table: boolean;
  /** Only who holds a printed ticket may vote. */
  tickets: boolean;
  rounds: string[];
  kinds: Kind[];
  statements: Texts[];
  state: State;
  order: number;
  deadline: number | null;
  minutes: number;
  overshoot_shown: boolean;
  /** For moderators once it is closed: the log's seal, the close included, and at which version. */
  seal: string | null;
  sealed_version: number | null;
}
export interface DotsTally {
  dots: number;
  voters: number;
}
export interface AgreementTally {
  agree: number;
  disagree: number;
  pass: number;
}
export interface Option {
  id: string;
  ballot: string;
  text: Texts;
  card: string | null;
  table: number | null;
  kind: Kind | null;
  order: number;
  gone: boolean;
  tally: null | DotsTally | AgreementTally;
}
export interface Seats {
  number: number;
  joined: number;
}
export interface People {
  joined: number;
  without_table: number;
}
/** Voters beside heads, at a table or in the hall (table 0). */
export interface Attendance {
  table: number;
  voters: number;
  people: number;
}
export interface Turnout {
  ballot: string;
  voters: number;
  attendance: Attendance[];
}
export interface Heads {
  table: number;
  people: number;
}
/** Tickets printed together. */
export interface Batch {
  id: string;
  order: number;
  at: number;
  issued: number;
  redeemed: number;
  voided: number;
}
export interface TicketRule {
  always: boolean;
  freed: number;
}
export interface Presence {
  connected: number;
  tables: Record<string, number>;
  staff: number;
}
/** Nothing can be saved now; missing while all is well. */
export interface Storage {
  reason: string;
}
export interface Link {
  id: string;
  role: "moderator" | "host" | "board";
  table: number | null;
  label: string;
  revoked: boolean;
}
export interface Moderation {
  order: number;
  at: number;
  card: string;
  action: "hidden" | "unhidden" | "erased";
  reason: string | null;
  role: string;
  table: number | null;
}
/** A card that was erased for the law: posted at version `order`. */
export interface Erased {
  id: string;
  order: number;
}
export interface Me {
  joined: boolean;
  language: string | null;
  table: number | null;
  ticket: boolean;
}
export interface MyCard {
  id: string;
  table: number;
  round: string;
  kind: Kind;
  text: string;
  order: number;
  hidden: null | { reason: string };
  command: string;
}
export interface Vote {
  ballot: string;
  option: string;
  dots?: number;
  answer?: Judgement;
  /** Given at a table this person has left meanwhile: whose option it is, and its words. */
  table?: number;
  text?: Texts;
}

interface Single {
  ticketrule: TicketRule;
  dialogue: Dialogue;
  people: People;
  presence: Presence;
  storage: Storage;
  me: Me;
}
interface Many {
  topic: Topic;
  table: Table;
  round: Round;
  card: Card;
  ballot: Ballot;
  option: Option;
  seats: Seats;
  turnout: Turnout;
  heads: Heads;
  batch: Batch;
  link: Link;
  moderation: Moderation;
  erased: Erased;
  mycard: MyCard;
  vote: Vote;
}

/** The only entry of its name: `single(view, "dialogue")`. */
export function single<Name extends keyof Single>(view: View, name: Name): Single[Name] | undefined {
  return view.entries.get(name) as Single[Name] | undefined;
}

/** One of many: `one(view, "table", 3)`, `one(view, "option", "b1:o2")`. */
export function one<Name extends keyof Many>(
  view: View,
  name: Name,
  id: string | number,
): Many[Name] | undefined {
  return view.entries.get(`${name}:${id}`) as Many[Name] | undefined;
}

/** All of a name, by `order`, or by `number` where there is one: `all(view, "card")`. */
export function all<Name extends keyof Many>(view: View, name: Name): Many[Name][] {
  const found: Many[Name][] = [];
  for (const [key, entry] of view.entries) {
    if (key.startsWith(`${name}:`)) found.push(entry as Many[Name]);
  }
  return found.sort((a, b) => place(a) - place(b));
}

function place(entry: object): number {
  const { order, number } = entry as { order?: number; number?: number };
  return order ?? number ?? 0;
}
