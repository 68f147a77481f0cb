/** What the staff's pages read of the evening, worked out once per change and not once per use. */
import { computed } from "@preact/signals";
import { all, bestFirst, one, single, type Attendance, type Ballot, type Card, type Option, type Round, type View } from "../connection/index.ts";
import { shared } from "./line.ts";

/** A list that stays the same object while nothing in it changed: cards do not redraw for a dot. */
function steady<Entry>(read: (view: View) => Entry[]) {
  let last: Entry[] = [];
  return computed(() => {
    const fresh = read(shared.value);
    const same = fresh.length === last.length && fresh.every((entry, place) => entry === last[place]);
    return same ? last : (last = fresh);
  });
}

export const topics = steady((view) => all(view, "topic"));
export const tables = steady((view) => all(view, "table"));
export const rounds = steady((view) => all(view, "round"));
export const ballots = steady((view) => all(view, "ballot"));
export const cards = steady((view) => all(view, "card"));
export const options = steady((view) => all(view, "option"));
export const links = steady((view) => all(view, "link"));
export const moderation = steady((view) => all(view, "moderation"));
export const seats = steady((view) => all(view, "seats"));
export const batches = steady((view) => all(view, "batch"));
export const ticketRule = computed(() => single(shared.value, "ticketrule") ?? { always: false, freed: 0 });
export const people = computed(() => single(shared.value, "people") ?? { joined: 0, without_table: 0 });
export const presence = computed(
  () => single(shared.value, "presence") ?? { connected: 0, tables: {} as Record<string, number>, staff: 0 },
);

/** Why nothing can be saved now, if it cannot. */
export const storageTrouble = computed(() => single(shared.value, "storage"));

export function votersIn(ballot: string): number {
  return one(shared.value, "turnout", ballot)?.voters ?? 0;
}

export function attendanceIn(ballot: string): Attendance[] {
  return one(shared.value, "turnout", ballot)?.attendance ?? [];
}

/** How many people somebody counted at a table, or in the hall (0); undefined: nobody has. */
export function headsAt(table: number): number | undefined {
  return one(shared.value, "heads", table)?.people;
}

export function topicOf(table: number) {
  const key = tables.value.find((one) => one.number === table)?.topic;
  return topics.value.find((topic) => topic.id === key);
}

export function joinedAt(table: number): number {
  return seats.value.find((one) => one.number === table)?.joined ?? 0;
}

export function connectedAt(table: number): number {
  return presence.value.tables[String(table)] ?? 0;
}

/** Rounds and ballots in the order in which they were planned. */
export type Step = ({ sort: "round" } & Round) | ({ sort: "ballot" } & Ballot);

export const steps = computed<Step[]>(() =>
  [
    ...rounds.value.map((round) => ({ sort: "round" as const, ...round })),
    ...ballots.value.map((ballot) => ({ sort: "ballot" as const, ...ballot })),
  ].sort((a, b) => a.order - b.order),
);

export const openSteps = computed(() => steps.value.filter((step) => step.state === "open"));
export const nextStep = computed(() => steps.value.find((step) => step.state === "planned"));
export const openRound = computed(() => rounds.value.find((round) => round.state === "open"));

/** While nothing is open, phones show the results once there are any (client/pages/phone/table.tsx). */
export const resultsAreThere = computed(() => ballots.value.some((ballot) => ballot.state === "closed"));

type Choice = Pick<Ballot, "rounds" | "kinds" | "statements" | "own_table">;

/** The cards a ballot would offer if it opened now: the same rule as on the server. */
function cardsFor(choice: Choice): Card[] {
  const onlyStatements = choice.statements.length > 0 && !choice.rounds.length && !choice.kinds.length;
  if (onlyStatements) return [];
  return cards.value.filter(
    (card) =>
      !card.hidden &&
      (!choice.rounds.length || choice.rounds.includes(card.round)) &&
      (!choice.kinds.length || choice.kinds.includes(card.kind)),
  );
}

/** How many options one person would find; the most at any table if everybody votes at their own. */
export function optionsFor(choice: Choice): number {
  const offered = cardsFor(choice);
  if (!choice.own_table) return offered.length + choice.statements.length;
  const perTable = new Map<number, number>();
  for (const card of offered) perTable.set(card.table, (perTable.get(card.table) ?? 0) + 1);
  return Math.max(0, ...perTable.values()) + choice.statements.length;
}

/** The options of a closed ballot, best first. */
export function ranked(ballot: Ballot): Option[] {
  return bestFirst(
    ballot,
    options.value.filter((option) => option.ballot === ballot.id && !option.gone),
  );
}
