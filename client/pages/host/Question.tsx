/** What is asked now and how long it still takes; or that nothing is open, and what that means. */
import type { Topic } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { Countdown } from "../../staff/Countdown.tsx";
import { ballots, openRound } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { say } from "../../staff/words.ts";

export function Question({ topic }: { topic: Topic | undefined }) {
  const round = openRound.value;
  const ballot = ballots.value.find((one) => one.state === "open");
  return (
    <section class="host-now" data-open={round || ballot ? "" : undefined}>
      {round && (
        <>
          <div class="row is-apart">
            <InMain as="p" class="host-round" of={round.title} />
            <Countdown deadline={round.deadline} />
          </div>
          <InMain as="h2" of={round.question} />
        </>
      )}
      {ballot && (
        <div class="row is-apart">
          <p>
            <Icon name="dots" /> <InMain as="strong" of={ballot.title} />: {say("host.voting")}
          </p>
          <Countdown deadline={ballot.deadline} />
        </div>
      )}
      {!round && !ballot && <h2>{say("host.nothing_open")}</h2>}
      {!round && !ballot && <p>{say("host.nothing_open_hint")}</p>}
      {topic && Object.keys(topic.question).length > 0 && <InMain as="p" class="host-topic-question" of={topic.question} />}
    </section>
  );
}
