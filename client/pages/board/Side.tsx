/** The edge of the wall that never changes place: clock on top, how to join at the bottom. */
import { Fragment } from "preact";
import { Icon } from "../../design/icons.tsx";
import { openSteps, people } from "../../staff/evening.ts";
import { now } from "../../staff/line.ts";
import { directionOf, isOurs } from "../../texts/index.ts";
import { furtherLanguages } from "./Head.tsx";
import { code, publicHost } from "../../staff/page.ts";
import { clock, say, shownCode } from "../../staff/words.ts";

export function Side() {
  return (
    <aside class="board-side">
      <Timer />
      <div class="board-rest" />
      <p class="board-people">
        <Icon name="people" />
        <strong class="numbers">{people.value.joined}</strong>
        <span class="only-read">{say("people.joined")}</span>
      </p>
      <div class="board-join">
        <JoinTitle />
        <img class="board-qr" src={`/api/dialogues/${code}/qr.svg`} alt={say("access.qr")} />
        <p class="code board-code">{shownCode(code)}</p>
        <p class={publicHost.length > 15 ? "board-host is-long" : "board-host"} dir="ltr">
          {publicHost.split(/(?=\.)/).map((part, place) => (
            <Fragment key={place}>
              <wbr />
              {part}
            </Fragment>
          ))}
        </p>
      </div>
    </aside>
  );
}

function JoinTitle() {
  return (
    <>
      <p class="board-join-title">{say("board.join")}</p>
      <p class="board-join-also">
        {furtherLanguages().filter(isOurs).map((language) => (
          <span key={language} lang={language} dir={directionOf(language)}>
            {say("board.join", {}, language)}
          </span>
        ))}
      </p>
    </>
  );
}

function Timer() {
  const step = openSteps.value.find((one) => one.sort === "ballot") ?? openSteps.value[0];
  if (!step || step.deadline === null) return <div class="board-timer" />;
  const left = step.deadline - now.value;
  if (left <= 0) {
    return (
      <p class="board-timer is-up" role="timer">
        {say("board.time_up")}
      </p>
    );
  }
  return (
    <p class={left < 60_000 ? "board-timer is-short" : "board-timer"} role="timer">
      {clock(left)}
    </p>
  );
}
