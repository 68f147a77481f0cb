/** The calm corner: another table, another language, why we are here. */
import { useEffect, useRef } from "preact/hooks";
import { Icon, type Drawing } from "../../design/icons.tsx";
import { t } from "../../texts/phone.ts";
import { shownCode } from "../../texts/shown-code.ts";
import { code, me, needsTickets } from "./evening.ts";

export type Errand = "table" | "language" | "goal" | "ticket";

const errands: readonly [Errand, Drawing][] = [
  ["table", "table"],
  ["language", "language"],
  ["goal", "question"],
  ["ticket", "ticket"],
];

function canRedeem(): boolean {
  return needsTickets.value && !me.value.ticket;
}

export function Menu({ onErrand, onClose }: { onErrand: (errand: Errand) => void; onClose: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog
      ref={box}
      class="dialog menu"
      aria-label={t("menu")}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <ul class="stack is-close">
        {errands.filter(([errand]) => errand !== "ticket" || canRedeem()).map(([errand, drawing]) => (
          <li key={errand}>
            <button class="button is-large is-wide menu-errand" onClick={() => onErrand(errand)}>
              <Icon name={drawing} />
              {t(`menu_${errand}`)}
            </button>
          </li>
        ))}
      </ul>
      <p class="menu-code">
        <span class="soft small">{t("menu_code")}</span>
        <bdi class="code">
          {shownCode(code)}
        </bdi>
      </p>
      <p class="privacy">
        <Icon name="people" />
        <span>{t("privacy")}</span>
      </p>
      <a class="button is-small is-quiet is-wide" href="/source" target="_blank" rel="noopener">
        {t("source")}
      </a>
      <button class="button is-quiet is-wide" onClick={() => box.current?.close()}>
        {t("close")}
      </button>
    </dialog>
  );
}
