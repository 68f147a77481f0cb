/** Dot voting: the rule in words, what is left always in sight, every dot can come back. */
import { all, type Ballot, type Option } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { Authored, formatNumber, Written } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { cardsOfMine, line, mainLanguage, me, send } from "./evening.ts";
import { dotsLeft, myVotes, type ShownVote } from "./overlay.ts";
import { FateMark } from "./status.tsx";
import { KindWord } from "./writing.tsx";

export function optionsOf(ballot: string): Option[] {
  return all(line.shared.value, "option").filter((option) => option.ballot === ballot && !option.gone);
}

export function DotsBallot({ ballot }: { ballot: Ballot }) {
  const votes = myVotes(line.mine.value, line.commands.value, ballot.id);
  const options = optionsOf(ballot.id);
  const left = dotsLeft(ballot, votes);
  return (
    <>
      <DotsRule ballot={ballot} onCards={options.some((option) => option.card !== null)} />
      {options.length === 0 && <p class="soft">{t("no_options")}</p>}
      <ul class="stack">
        {options.map((option) => (
          <li key={option.id}>
            <DotOption ballot={ballot} option={option} vote={votes.get(option.id)} left={left} />
          </li>
        ))}
      </ul>
      {options.length > 0 && <DotsLeft all={ballot.dots} left={left} />}
    </>
  );
}

function DotsRule({ ballot, onCards }: { ballot: Ballot; onCards: boolean }) {
  return (
    <div class="rule">
      <p>
        <strong>{t("dots_rule", { n: ballot.dots })}</strong>{" "}
        {ballot.most_per_option < ballot.dots && t("dots_most", { n: ballot.most_per_option })}
      </p>
      <p>
        {onCards && t("dots_own")} {t("dots_free")}
      </p>
      <p class="soft">{t("dots_secret")}</p>
    </div>
  );
}

interface DotOptionProps {
  ballot: Ballot;
  option: Option;
  vote: ShownVote | undefined;
  left: number;
}

function DotOption({ ballot, option, vote, left }: DotOptionProps) {
  const dots = vote?.dots ?? 0;
  const canAdd = left > 0 && dots < ballot.most_per_option;
  const place = (now: number) => placeDots(ballot.id, option.id, now);
  return (
    <article class={dots ? "card option is-chosen" : "card option"} data-kind={option.kind ?? undefined}>
      <OptionHead ballot={ballot} option={option} />
      <OptionText option={option} />
      <div class="dots-row">
        <button
          class="button is-icon dot-button"
          aria-label={t("dot_remove")}
          aria-disabled={dots ? undefined : "true"}
          onClick={() => dots && place(dots - 1)}
        >
          <Icon name="minus" />
        </button>
        <span class="dots-here" role="status" aria-label={t("my_dots", { n: dots })}>
          <PlacedDots dots={dots} most={ballot.most_per_option} />
        </span>
        <button
          class="button is-icon is-main dot-button"
          aria-label={t("dot_add")}
          aria-disabled={canAdd ? undefined : "true"}
          onClick={() => canAdd && place(dots + 1)}
        >
          <Icon name="plus" />
        </button>
      </div>
      {vote && <FateMark fate={vote.fate} />}
    </article>
  );
}

const MOST_DRAWN = 5;
const MOST_LEFT_DRAWN = 6;

function PlacedDots({ dots, most }: { dots: number; most: number }) {
  if (most > MOST_DRAWN) return <span class="dots-number numbers">{formatNumber(dots)}</span>;
  return (
    <>
      {Array.from({ length: most }, (_, place) => (
        <span key={place} class={place < dots ? "dot is-placed" : "dot"} />
      ))}
    </>
  );
}

export function OptionHead({ ballot, option }: { ballot: Ballot; option: Option }) {
  const isMine = option.card !== null && cardsOfMine.value.some((card) => card.id === option.card);
  const fromElsewhere = !ballot.own_table && option.table !== null && option.table !== me.value.table;
  if (!option.kind && !isMine && !fromElsewhere) return null;
  return (
    <div class="row">
      {option.kind && <KindWord kind={option.kind} />}
      {fromElsewhere && <span class="chip">{t("table_number", { n: option.table ?? 0 })}</span>}
      {isMine && <span class="chip">{t("my_card")}</span>}
    </div>
  );
}

/** A card keeps its writer's words and script; a typed statement comes in the reader's language. */
export function OptionText({ option }: { option: Option }) {
  return option.card !== null ? (
    <Written as="p" class="card-text" text={Object.values(option.text)[0] ?? ""} />
  ) : (
    <Authored as="p" class="card-text" of={option.text} main={mainLanguage.value} />
  );
}

function DotsLeft({ all: given, left }: { all: number; left: number }) {
  return (
    <div class="dots-left" role="status">
      <span class="dots-drawn" aria-hidden="true">
        {given <= MOST_LEFT_DRAWN &&
          Array.from({ length: given }, (_, place) => (
            <span key={place} class={place < left ? "dot is-free" : "dot"} />
          ))}
      </span>
      <strong>{left ? t("dots_left", { n: left }) : t("dots_none_left")}</strong>
    </div>
  );
}

/**
 * A dot tapped twice before anything left the phone is one command. Only the last one waiting may be
 * replaced: behind an earlier one there may be a vote that needs the dot it gives back.
 */
function placeDots(ballot: string, option: string, dots: number) {
  const waiting = line.commands.value.filter(
    ({ stage, name, fields }) => stage === "waiting" && name === "PlaceDots" && fields.ballot === ballot,
  );
  const last = waiting[waiting.length - 1];
  if (last && !last.offered && last.fields.option === option) line.forget(last.id);
  void send("PlaceDots", { ballot, option, dots });
}
