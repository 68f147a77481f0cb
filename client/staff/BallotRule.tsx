/** A ballot's rule in one line, the same words wherever it is announced. */
import type { Ballot } from "../connection/index.ts";
import { say } from "./words.ts";

export function ballotRule(ballot: Ballot, spoken?: string): string {
  const how =
    ballot.method === "dots"
      ? say("ballot.rule_dots", { n: ballot.dots, most: ballot.most_per_option }, spoken)
      : say("ballot.rule_agreement", {}, spoken);
  const where = say(ballot.own_table ? "ballot.rule_own" : "ballot.rule_all", {}, spoken);
  const comma = say("ballot.rule_comma", {}, spoken);
  const who = ballot.tickets ? `${comma} ${say("ballot.rule_tickets", {}, spoken)}` : "";
  return `${how}${comma} ${where}${who}`;
}

export function BallotRule({ ballot }: { ballot: Ballot }) {
  return <p>{ballotRule(ballot)}</p>;
}
