/** The phone page: whichever screen the person has got to. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { chosenText, speakOnPage } from "../../texts/index.ts";
import { reasonText, t } from "../../texts/phone.ts";
import { GoalCard, LanguageChoice, TableChoice } from "./arriving.tsx";
import { Bands } from "./bands.tsx";
import {
  dialogue,
  goalSeen,
  hasChosenLanguage,
  isKnown,
  mainLanguage,
  me,
  sawGoal,
  scannedTable,
  turnedAway,
} from "./evening.ts";
import { Heading } from "./heading.tsx";
import { Menu, type Errand } from "./menu.tsx";
import { MyCards } from "./mycards.tsx";
import { TableScreen } from "./table.tsx";
import { scannedTicket, TicketScreen } from "./ticket.tsx";

/** What somebody went for from the menu. */
const errand = signal<Errand | "menu" | null>(null);
const finish = () => (errand.value = null);

function Phone() {
  return (
    <div class="phone">
      <Bands />
      <Screen />
    </div>
  );
}

function Screen() {
  if (turnedAway.value !== null) return <TurnedAway reason={turnedAway.value} />;
  if (!hasChosenLanguage.value) return <LanguageChoice />;
  if (!dialogue.value || !isKnown.value) return <Connecting />;
  if (!goalSeen.value) return <GoalCard key="first" isFirst onDone={sawGoal} />;
  if (errand.value === "language") return <LanguageChoice key="again" onChosen={finish} />;
  if (errand.value === "goal") return <GoalCard key="again" isFirst={false} onDone={finish} />;
  if (scannedTicket.value !== null || errand.value === "ticket") return <TicketScreen onDone={finish} />;
  const { table } = me.value;
  const isElsewhere = scannedTable.value !== null && scannedTable.value !== table;
  if (table === null || isElsewhere || errand.value === "table") {
    return <TableChoice key={errand.value} onDone={finish} />;
  }
  return (
    <>
      <TableScreen onMenu={() => (errand.value = "menu")} />
      {errand.value === "menu" && (
        <Menu
          onErrand={(chosen) => (errand.value = chosen)}
          onClose={() => errand.value === "menu" && finish()}
        />
      )}
    </>
  );
}

/** Whoever reloads without a network sees at least that the own words are still there. */
function Connecting() {
  return (
    <main class="screen connecting" aria-busy="true">
      <div class="screen is-centred">
        <span class="waiting-ring is-large" aria-hidden="true" />
        <p class="lead">{t("connecting")}</p>
        <p class="soft connecting-long">{t("connecting_long")}</p>
      </div>
      <MyCards />
    </main>
  );
}

function TurnedAway({ reason }: { reason: string }) {
  return (
    <main class="screen is-centred">
      <Heading>{t("refused_title")}</Heading>
      <p class="lead">{reasonText(reason, reason)}</p>
      <a class="button is-main is-large" href="/">
        {t("to_start")}
      </a>
    </main>
  );
}

effect(() => {
  const title = dialogue.value && chosenText(dialogue.value.title, mainLanguage.value).text;
  document.title = title ? `${title} – Dialogtisch` : "Dialogtisch";
});

speakOnPage();
const place = document.getElementById("app");
if (place) render(<Phone />, place);
