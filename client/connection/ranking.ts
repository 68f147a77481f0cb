/**
 * What a closed ballot says: who stands before whom, and on which place. One rule for phone, board and
 * moderator, so that nobody reads two different winners in the same hall.
 */
import type { AgreementTally, Ballot, Option } from "./entries.ts";

export function dotsOf(option: Option): number {
  return option.tally && "dots" in option.tally ? option.tally.dots : 0;
}

export function agreementOf(option: Option): AgreementTally {
  return option.tally && "agree" in option.tally ? option.tally : { agree: 0, disagree: 0, pass: 0 };
}

const worth = (ballot: Ballot, option: Option): number => {
  const { agree, disagree } = agreementOf(option);
  return ballot.method === "dots" ? dotsOf(option) : agree - disagree;
};

/** Best first: most dots, or most agreement over disagreement; equal ones as posted. */
export function bestFirst(ballot: Ballot, list: readonly Option[]): Option[] {
  return [...list].sort((a, b) => worth(ballot, b) - worth(ballot, a) || a.order - b.order);
}

/** The place of an option among those; equal ones share it: 1, 1, 3. */
export function placeAmong(list: readonly Option[], ballot: Ballot, option: Option): number {
  const own = worth(ballot, option);
  return 1 + list.filter((other) => worth(ballot, other) > own).length;
}
