/**
 * Which commands must wait for each other. When the server is busy it sends one command back for a
 * later try while those behind it pass, so two commands about the same thing never travel at once:
 * an old "one dot" that arrives after "two dots" would take a dot away again.
 */
import type { Command } from "./commands.ts";

/** Everything before must be answered first, everything behind waits. */
const EVERYTHING = "everything";

/** Independent of all others of its name. */
const ALONE = null;

const lanes: Record<string, (fields: Record<string, unknown>) => string | null> = {
  PostCard: () => ALONE,
  EditCard: ({ card }) => `card ${card}`,
  WithdrawCard: ({ card }) => `card ${card}`,
  // One budget: moving a dot is "take back" and then "place", in this order.
  PlaceDots: ({ ballot }) => `dots ${ballot}`,
  AnswerStatement: ({ option }) => `answer ${option}`,
};

function laneOf(command: Command): string | null {
  const lane = lanes[command.name];
  return lane ? lane(command.fields) : EVERYTHING;
}

/** Of the unanswered commands, in order, those that may travel now. */
export function free(unanswered: readonly Command[]): Command[] {
  const taken = new Set<string>();
  const going: Command[] = [];
  for (const [place, command] of unanswered.entries()) {
    const lane = laneOf(command);
    if (lane === EVERYTHING) return place === 0 ? [command] : going;
    if (lane === ALONE || !taken.has(lane)) going.push(command);
    if (lane !== ALONE) taken.add(lane);
  }
  return going;
}
