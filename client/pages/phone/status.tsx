/** Waiting, saved, refused: what became of a card or a vote, always beside the thing itself. */
import { Icon } from "../../design/icons.tsx";
import { reasonText, t } from "../../texts/phone.ts";
import { line } from "./evening.ts";
import type { Fate } from "./overlay.ts";

export function FateMark({ fate, leaving = false }: { fate: Fate; leaving?: boolean }) {
  if (fate.status === "saved" && !leaving) {
    return (
      <span class="status" data-status="saved">
        <Icon name="check" />
        {t("status_saved")}
      </span>
    );
  }
  if (fate.status === "refused") return <Refusal fate={fate} />;
  return (
    <span class="status" data-status="waiting">
      <span class="waiting-ring" aria-hidden="true" />
      {waitingText(leaving)}
    </span>
  );
}

function waitingText(leaving: boolean): string {
  if (line.state.value !== "live") return t("status_waiting_offline");
  return leaving ? t("status_withdrawing") : t("status_waiting");
}

function Refusal({ fate }: { fate: Fate & { status: "refused" } }) {
  return (
    <span class="status refusal" data-status="refused">
      <Icon name="warning" />
      <span>
        {t("status_refused")}. {reasonText(fate.error, fate.reason)}
      </span>
    </span>
  );
}

/** A refused order that has no place of its own on the page, such as taking a table. */
export function RefusedOrders() {
  const named = ["Join", "ChooseLanguage", "TakeTable"];
  const refused = line.commands.value.filter(
    ({ stage, name }) => stage === "refused" && named.includes(name),
  );
  return (
    <>
      {refused.map((command) => (
        <div class="band" data-tone="stop" role="alert" key={command.id}>
          <Icon name="warning" />
          <span class="band-text">{reasonText(command.error ?? "", command.reason ?? "")}</span>
          <button class="button is-small" onClick={() => line.forget(command.id)}>
            {t("understood")}
          </button>
        </div>
      ))}
    </>
  );
}
