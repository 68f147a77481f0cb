/** What everybody on a staff page must know at once: rehearsal, lost line, nothing saved, no way in. */
import { Icon } from "../design/icons.tsx";
import { useLasting } from "../design/lasting.ts";
import { storageTrouble } from "./evening.ts";
import { commands, dialogue, lineState, loadNewerPage, newerPage, refusal } from "./line.ts";
import { say, sayReason } from "./words.ts";

const UNNOTICED_MS = 1500;
/** What somebody has to see to at once; everything else may pass by itself. */
const WITH_A_HAND = { disk_full: "storage.full", storage_full: "storage.full", storage_broken: "storage.broken" } as const;

export function RehearsalBand() {
  if (!dialogue.value?.rehearsal) return null;
  return (
    <p class="band" data-tone="rehearsal">
      <Icon name="rehearsal" />
      <strong>{say("rehearsal.band")}</strong>
      <span>{say("rehearsal.band_explained")}</span>
    </p>
  );
}

export function LineBand() {
  const waiting = commands.value.some((command) => command.stage === "waiting");
  const lost = lineState.value === "waiting";
  return (
    <div role="status">
      {newerPage.value && !waiting && (
        <p class="band">
          <span>{say("newer_page.there")}</span>
          <button type="button" onClick={loadNewerPage}>
            {say("newer_page.load")}
          </button>
        </p>
      )}
      {lost && (
        <p class="band" data-tone="warn">
          <Icon name="offline" />
          <span>{say("connection.lost")}</span>
          {waiting && <span>{say("connection.lost_kept")}</span>}
        </p>
      )}
      {!lost && <StorageBand />}
    </div>
  );
}

function StorageBand() {
  const trouble = storageTrouble.value;
  if (!useLasting(trouble !== undefined, UNNOTICED_MS) || !trouble) return null;
  return (
    <p class="band" data-tone="warn">
      <Icon name="warning" />
      <span class="band-text">
        {say("storage.held")} <span class="band-more">{say("storage.kept")}</span>{" "}
        <span class="band-more">{say(WITH_A_HAND[trouble.reason as keyof typeof WITH_A_HAND] ?? "storage.if_it_lasts")}</span>
      </span>
    </p>
  );
}

/** Stands in for the page until the dialogue is there, or says why it will not come. */
export function BeforeDialogue() {
  if (refusal.value) {
    return (
      <main class="empty before-dialogue">
        <Icon name="warning" />
        {!dialogue.value?.rehearsal && <h1>{say("connection.refused")}</h1>}
        <p role="alert">{dialogue.value?.rehearsal ? say("rehearse.ended") : sayReason(refusal.value)}</p>
      </main>
    );
  }
  return (
    <main class="empty before-dialogue" aria-busy="true">
      <span class="waiting-ring" aria-hidden="true" />
      <p role="status">{say(lineState.value === "waiting" ? "connection.lost" : "connection.loading")}</p>
    </main>
  );
}
