/** How far a closed ballot can be trusted: voters beside heads, tickets, and the log's seal. */
import type { Ballot } from "../../../connection/index.ts";
import { attendanceText, isOver } from "../../../staff/Attendance.tsx";
import { CopyButton } from "../../../staff/CopyButton.tsx";
import { attendanceIn } from "../../../staff/evening.ts";
import { send } from "../../../staff/line.ts";
import { useWish } from "../../../staff/wish.ts";
import { say } from "../../../staff/words.ts";

export function Proof({ ballot }: { ballot: Ballot }) {
  const list = attendanceIn(ballot.id);
  const over = list.filter(isOver);
  return (
    <div class="proof">
      <p>{say(ballot.tickets ? "proof.tickets" : "proof.phones")}</p>
      {list.length === 0 && <p>{say("attendance.nobody_counted")}</p>}
      {list.length > 0 && over.length === 0 && <p>{say("attendance.nowhere")}</p>}
      {over.length > 0 && <Over ballot={ballot} lines={over.map((one) => attendanceText(one))} />}
      {ballot.seal && <Seal seal={ballot.seal} version={ballot.sealed_version ?? 0} />}
    </div>
  );
}

function Over({ ballot, lines }: { ballot: Ballot; lines: string[] }) {
  const [shown, show] = useWish(ballot.overshoot_shown, (shown) =>
    send("ShowOvershoot", { ballot: ballot.id, shown }),
  );
  return (
    <div class="band is-round" data-tone="warn">
      <span>
        {say("attendance.more_than_people")} <strong>{lines.join(" · ")}</strong>
      </span>
      <label class="row">
        <input type="checkbox" checked={shown} onChange={() => show(!shown)} />
        {say("attendance.on_board")}
      </label>
    </div>
  );
}

/** In fours, so that two people can compare it aloud. */
function Seal({ seal, version }: { seal: string; version: number }) {
  const read = seal.match(/.{4}/g)?.join(" ") ?? seal;
  return (
    <div class="seal">
      <p>
        <span class="soft">{say("proof.seal", { n: version })}</span> <bdi class="code">{read}</bdi>{" "}
        <CopyButton text={read} label={say("proof.copy")} />
      </p>
      <p class="soft small">{say("proof.seal_hint")}</p>
    </div>
  );
}
