/** Before a round or a ballot opens: what everybody in the hall will see the next moment. */
import type { Ballot, Round } from "../../../connection/index.ts";
import { Confirm } from "../../../staff/Confirm.tsx";
import { openRound, optionsFor, type Step } from "../../../staff/evening.ts";
import { inMain, say, sayKind } from "../../../staff/words.ts";

export function OpenConfirm({ step, onClose }: { step: Step; onClose: () => void }) {
  const title = inMain(step.title).text;
  if (step.sort === "ballot") {
    return (
      <Confirm
        title={say("confirm.open_ballot", { title })}
        lines={ballotLines(step)}
        act={say("agenda.open_ballot")}
        drawing="play"
        order={["OpenBallot", { ballot: step.id }]}
        onClose={onClose}
      />
    );
  }
  return (
    <Confirm
      title={say("confirm.open_round", { title })}
      lines={roundLines(step)}
      act={say("agenda.open_round")}
      drawing="play"
      order={["OpenRound", { round: step.id }]}
      onClose={onClose}
    />
  );
}

function roundLines(round: Round): string[] {
  const closes = openRound.value && openRound.value.id !== round.id ? openRound.value : undefined;
  return [
    say("confirm.open_round_what"),
    say("confirm.open_round_kinds", { kinds: round.kinds.map(sayKind).join(", ") }),
    say("confirm.open_round_clock", { n: round.minutes }),
    ...(round.state === "closed" ? [say("confirm.open_round_again")] : []),
    ...(closes ? [say("confirm.open_round_closes", { title: inMain(closes.title).text })] : []),
  ];
}

function ballotLines(ballot: Ballot): string[] {
  return [
    ballot.method === "dots"
      ? say("confirm.open_ballot_dots", { n: ballot.dots })
      : say("confirm.open_ballot_agreement"),
    say(ballot.own_table ? "ballot.option_count_table" : "ballot.option_count", { n: optionsFor(ballot) }),
    say("confirm.open_ballot_fixed"),
    say("confirm.open_ballot_secret"),
    say(ballot.tickets ? "confirm.open_ballot_tickets" : "confirm.open_ballot_phones"),
  ];
}
