/** While people vote: the rule, how many have voted, and what the result is for. Never a tally. */
import type { Ballot } from "../../connection/index.ts";
import { ballotRule } from "../../staff/BallotRule.tsx";
import { people, votersIn } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { dialogue } from "../../staff/line.ts";
import { say } from "../../staff/words.ts";
import { directionOf, isOurs } from "../../texts/index.ts";
import { furtherLanguages } from "./Head.tsx";

export function Voting({ ballot }: { ballot: Ballot }) {
  const voted = votersIn(ballot.id);
  const joined = Math.max(voted, people.value.joined);
  const { afterwards } = dialogue.value!;
  return (
    <section class="voting">
      <div>
        <p class="voting-rule">{ballotRule(ballot)}</p>
        <div class="board-translations">
          {furtherLanguages().filter(isOurs).map((language) => (
            <p key={language} lang={language} dir={directionOf(language)}>
              {ballotRule(ballot, language)}
            </p>
          ))}
        </div>
      </div>
      {ballot.method === "dots" && <DotRow n={ballot.dots} />}
      <div class="voting-turnout" role="status">
        <p>
          <strong class="numbers">{voted}</strong>
          <span>
            {say("board.voted_of", { n: joined })} {say("board.voted")}
          </span>
          {furtherLanguages().filter(isOurs).map((language) => (
            <span key={language} class="voting-also" lang={language} dir={directionOf(language)}>
              {say("board.voters", { n: voted }, language)}
            </span>
          ))}
        </p>
        <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect class="bar-track" width="100" height="1" />
          <rect class="bar-dots" width={joined ? (100 * voted) / joined : 0} height="1" />
        </svg>
      </div>
      <div class="voting-secret">
        <p>{say("board.voting_secret")}</p>
        <div class="board-translations">
          {furtherLanguages().filter(isOurs).map((language) => (
            <p key={language} lang={language} dir={directionOf(language)}>
              {say("board.voting_secret", {}, language)}
            </p>
          ))}
        </div>
      </div>
      {Object.keys(afterwards).length > 0 && (
        <div class="voting-afterwards">
          <h2>{say("board.afterwards")}</h2>
          <InMain as="p" of={afterwards} />
        </div>
      )}
    </section>
  );
}

const MOST_DOTS_DRAWN = 12;

/** The dots one has to give, to be understood without reading. */
function DotRow({ n }: { n: number }) {
  if (n > MOST_DOTS_DRAWN) return null;
  return (
    <p class="voting-dots" aria-hidden="true">
      {Array.from({ length: n }, (_, place) => (
        <span key={place} />
      ))}
    </p>
  );
}
