/** The rail at the side: which evening, its code, who is here, where to go. */
import { Icon } from "../../design/icons.tsx";
import { mayErase } from "../../staff/erasing.ts";
import { cards, people, presence, tables } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { LanguageSwitch } from "../../staff/LanguageSwitch.tsx";
import { LeaveButton } from "../../staff/LeaveButton.tsx";
import { dialogue } from "../../staff/line.ts";
import { code } from "../../staff/page.ts";
import { Mark } from "../../staff/Mark.tsx";
import { say, shownCode } from "../../staff/words.ts";
import { BoardLink } from "./access/BoardLink.tsx";
import { place, places, type Place } from "./places.ts";

export function Side() {
  return (
    <header class="side">
      <div class="side-head">
        {mayErase.value && (
          <a class="side-back" href="/organise">
            <Icon name="back" directed /> {say("moderate.all_dialogues")}
          </a>
        )}
        <p class="side-brand">
          <Mark />
          {say("moderate.role")}
        </p>
        <InMain as="h1" class="side-title" of={dialogue.value!.title} />
        <p class="code side-code">{shownCode(code)}</p>
      </div>
      <dl class="side-people">
        <div>
          <dd class="numbers">{people.value.joined}</dd>
          <dt>{say("people.joined")}</dt>
        </div>
        <div>
          <dd class="numbers">{presence.value.connected}</dd>
          <dt>{say("people.connected")}</dt>
        </div>
      </dl>
      <nav aria-label={say("moderate.places")} class="side-places">
        {(Object.keys(places) as Place[]).map((one) => (
          <a key={one} href={`#${one}`} aria-current={place.value === one ? "page" : undefined}>
            <Icon name={places[one]} />
            <span>{say(`moderate.place.${one}`)}</span>
            <Count of={one} />
          </a>
        ))}
      </nav>
      <div class="side-foot">
        <BoardLink />
        <LanguageSwitch />
        <LeaveButton />
      </div>
    </header>
  );
}

function Count({ of }: { of: Place }) {
  const counted = of === "tables" ? tables.value.length : of === "cards" ? cards.value.length : 0;
  return counted > 0 ? <span class="side-count numbers">{counted}</span> : null;
}
