import { attendanceLines } from "../../../staff/Attendance.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import type { Step } from "../../../staff/evening.ts";
import { inMain, say } from "../../../staff/words.ts";

export function CloseConfirm({ step, onClose }: { step: Step; onClose: () => void }) {
  const title = inMain(step.title).text;
  if (step.sort === "ballot") {
    return (
      <Confirm
        title={say("confirm.close_ballot", { title })}
        lines={[say("confirm.close_ballot_what"), ...attendanceLines(step.id), say("confirm.close_ballot_final")]}
        act={say("agenda.close_ballot")}
        drawing="stop"
        order={["CloseBallot", { ballot: step.id }]}
        onClose={onClose}
      />
    );
  }
  return (
    <Confirm
      title={say("confirm.close_round", { title })}
      lines={[say("confirm.close_round_what"), say("confirm.close_round_drafts")]}
      act={say("agenda.close_round")}
      drawing="stop"
      order={["CloseRound", { round: step.id }]}
      onClose={onClose}
    />
  );
}
