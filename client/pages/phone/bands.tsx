/** What everybody must know now: a rehearsal, a line that is down. Nothing while all is well. */
import { Icon } from "../../design/icons.tsx";
import { useLasting } from "../../design/lasting.ts";
import { t } from "../../texts/phone.ts";
import { now } from "./clock.tsx";
import { announcement, dialogue, line, waiting } from "./evening.ts";
import { RefusedOrders } from "./status.tsx";

const UNNOTICED_MS = 1500;
const SLOW_MS = 6000;

export function Bands() {
  return (
    <>
      {dialogue.value?.rehearsal && (
        <div class="band" data-tone="rehearsal">
          <strong>{t("rehearsal")}</strong>
        </div>
      )}
      <LineBand />
      <NewerPage />
      <RefusedOrders />
      <p class="only-read" role="status">
        {announcement.value}
      </p>
    </>
  );
}

/** Offered only while nothing would have to wait for it; otherwise it loads itself later. */
function NewerPage() {
  if (!line.newerPage.value || waiting.value.length > 0) return null;
  return (
    <div class="band" role="status">
      <span class="band-text">{t("newer_page")}</span>
      <button type="button" onClick={line.loadNewerPage}>
        {t("newer_page_load")}
      </button>
    </div>
  );
}

function LineBand() {
  const isDown = useLasting(line.state.value === "waiting", UNNOTICED_MS);
  const isSlow = oldestWait() > SLOW_MS;
  if (!isDown && !isSlow) return <div role="status" />;
  return (
    <div class="band line-band" data-tone="warn" role="status">
      <Icon name={isDown ? "offline" : "clock"} />
      <span class="band-text">
        {t(lineKey(isDown, line.heldUp.value, line.keeps.value))}
        {waiting.value.length > 0 && (
          <span class="waiting-count"> {t("waiting_count", { n: waiting.value.length })}</span>
        )}
      </span>
    </div>
  );
}

function lineKey(isDown: boolean, isHeldUp: boolean, keeps: boolean) {
  if (isDown) return keeps ? "offline" : "offline_not_kept";
  if (isHeldUp) return keeps ? "held_up" : "held_up_not_kept";
  return keeps ? "slow" : "slow_not_kept";
}

function oldestWait(): number {
  const oldest = waiting.value[0];
  return oldest ? now.value - oldest.order : 0;
}
