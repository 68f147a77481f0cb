/** What a form for a ballot fills in: everything that can be planned of it. */
import type { Ballot } from "../../../connection/index.ts";
import { rounds as everyRound } from "../../../staff/evening.ts";

export type BallotPlan = Omit<
  Ballot,
  "id" | "state" | "order" | "deadline" | "overshoot_shown" | "seal" | "sealed_version"
>;

export const fresh: BallotPlan = {
  title: {},
  method: "dots",
  dots: 3,
  most_per_option: 1,
  own_table: false,
  tickets: false,
  rounds: [],
  kinds: [],
  statements: [],
  minutes: 10,
};

export function planOf(ballot: Ballot): BallotPlan {
  const { title, method, dots, most_per_option, own_table, tickets, kinds, statements, minutes } = ballot;
  // A round that was struck meanwhile could not be unticked here, and the server refuses it.
  const rounds = ballot.rounds.filter((id) => everyRound.value.some((round) => round.id === id));
  return { title, method, dots, most_per_option, own_table, tickets, rounds, kinds, statements, minutes };
}
