/** What lies on the table: the cards of the round, and those of earlier ones. */
import { all, type Card } from "../../connection/index.ts";
import { Authored, Written } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { cardsOfMine, line, mainLanguage, me, openRound } from "./evening.ts";
import { cardsOfOthers } from "./overlay.ts";
import { KindWord } from "./writing.tsx";

/** The round whose cards lie open: the one that runs, else the last one that ran. */
export function roundInView(): string | undefined {
  if (openRound.value) return openRound.value.id;
  const closed = all(line.shared.value, "round").filter((round) => round.state === "closed");
  return closed[closed.length - 1]?.id;
}

export function TableCards() {
  const inView = roundInView();
  if (inView === undefined || me.value.table === null) return null;
  const here = all(line.shared.value, "card").filter((card) => card.round === inView);
  const others = cardsOfOthers(here, cardsOfMine.value, line.commands.value).reverse();
  const isQuiet = others.length === 0;
  return (
    <section class="cards">
      <h2>
        {t("table_cards", { n: me.value.table })} <span class="chip numbers">{here.length}</span>
      </h2>
      {isQuiet && <p class="soft">{here.length ? t("only_my_cards") : t("no_table_cards")}</p>}
      <ul class="stack">
        {others.map((card) => (
          <li key={card.id}>
            <TableCard card={card} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function EarlierCards() {
  const inView = roundInView();
  const rounds = all(line.shared.value, "round")
    .filter((round) => round.id !== inView)
    .reverse();
  const cards = all(line.shared.value, "card");
  const withCards = rounds.filter((round) => cards.some((card) => card.round === round.id));
  if (!withCards.length) return null;
  return (
    <details class="earlier">
      <summary>{t("earlier_cards")}</summary>
      {withCards.map((round) => (
        <section class="cards" key={round.id}>
          <h3>
            <Authored of={round.title} main={mainLanguage.value} />
          </h3>
          <ul class="stack">
            {cards
              .filter((card) => card.round === round.id)
              .map((card) => (
                <li key={card.id}>
                  <TableCard card={card} />
                </li>
              ))}
          </ul>
        </section>
      ))}
    </details>
  );
}

function TableCard({ card }: { card: Card }) {
  return (
    <article class="card" data-kind={card.kind}>
      <KindWord kind={card.kind} />
      <Written as="p" class="card-text" text={card.text} />
      {(card.via === "host" || card.edited) && (
        <p class="card-foot">
          {card.via === "host" && <span>{t("via_host")}</span>}
          {card.edited && <span>{t("edited")}</span>}
        </p>
      )}
    </article>
  );
}
