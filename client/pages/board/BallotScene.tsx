/** A ballot on the wall: while it is open no tally, afterwards the ranking. */
import { ballots } from "../../staff/evening.ts";
import { say } from "../../staff/words.ts";
import { Ranking } from "./Ranking.tsx";
import { Voting } from "./Voting.tsx";

export function BallotScene({ id }: { id: string }) {
  const ballot = ballots.value.find((one) => one.id === id);
  if (!ballot || ballot.state === "planned") return <p class="board-nothing">{say("board.no_ballot")}</p>;
  return ballot.state === "open" ? <Voting ballot={ballot} /> : <Ranking ballot={ballot} />;
}
