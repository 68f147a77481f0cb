/** More voters than heads: said in plain words wherever somebody can still do something about it. */
import type { Attendance } from "../connection/index.ts";
import { Icon } from "../design/icons.tsx";
import { attendanceIn } from "./evening.ts";
import { say } from "./words.ts";

export const isOver = ({ voters, people }: Attendance) => voters > people;

/** "Table 4: 9 voters, 7 people" */
export function attendanceText({ table, voters, people }: Attendance, spoken?: string): string {
  const place = table ? say("table.number", { n: table }, spoken) : say("attendance.hall", {}, spoken);
  const voted = say("attendance.voters", { n: voters }, spoken);
  const counted = say("attendance.people", { n: people }, spoken);
  return `${place}: ${voted}${say("ballot.rule_comma", {}, spoken)} ${counted}`;
}

/** What a moderator should know of a ballot's attendance, a sentence each. */
export function attendanceLines(ballot: string): string[] {
  const list = attendanceIn(ballot);
  const over = list.filter(isOver);
  if (!list.length) return [say("attendance.nobody_counted")];
  if (!over.length) return [say("attendance.nowhere")];
  return [`${say("attendance.more_than_people")} ${over.map((one) => attendanceText(one)).join(" · ")}`];
}

const MOST_NAMED = 4;

/** For the wall: every place by its name, or how many there are when they would fill the wall. */
export function overshootTexts(list: readonly Attendance[], spoken?: string): string[] {
  if (list.length <= MOST_NAMED) return list.map((one) => attendanceText(one, spoken));
  const hall = list.filter((one) => one.table === 0).map((one) => attendanceText(one, spoken));
  return [...hall, say("attendance.many_tables", { n: list.length - hall.length }, spoken)];
}

/** At once, while people vote: something for the moderator to look into, in person. */
export function Overshoot({ ballot }: { ballot: string }) {
  const over = attendanceIn(ballot).filter(isOver);
  return (
    <div role="status">
      {over.length > 0 && (
        <div class="band is-round overshoot" data-tone="warn">
          <Icon name="warning" />
          <span>
            {say("attendance.more_than_people")} <strong>{over.map((one) => attendanceText(one)).join(" · ")}</strong>
          </span>
        </div>
      )}
    </div>
  );
}
