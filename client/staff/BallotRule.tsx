/** A ballot's rule in one line, the same words wherever it is announced. */
import type { Ballot } from "../connection/index.ts";
import { say } from "./words.ts";

export function ballotRule(ballot: Ballot): string {
  const how =
    ballot.method === "dots"
      ? say("ballot.rule_dots", { n: ballot.dots, most: ballot.most_per_option })
      : say("ballot.rule_agreement");
  return `${how}, ${say(ballot.own_table ? "ballot.rule_own" : "ballot.rule_all")}`;
}

export function BallotRule({ ballot }: { ballot: Ballot }) {
  return <p>{ballotRule(ballot)}</p>;
}
