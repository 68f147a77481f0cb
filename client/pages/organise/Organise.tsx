import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { Devices } from "../../staff/Devices.tsx";
import { LanguageSwitch } from "../../staff/LanguageSwitch.tsx";
import { LeaveButton } from "../../staff/LeaveButton.tsx";
import { Mark } from "../../staff/Mark.tsx";
import { say, sayReason } from "../../staff/words.ts";
import { DialogueRow } from "./DialogueRow.tsx";
import { dialogues, failure, fetchDialogues } from "./dialogues.ts";
import { NewDialogueForm } from "./NewDialogueForm.tsx";

const REFRESH_MS = 15_000;

export function Organise() {
  const [creating, setCreating] = useState(false);
  useEffect(() => {
    void fetchDialogues();
    const timer = setInterval(() => document.visibilityState === "visible" && void fetchDialogues(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <header class="top">
        <p class="top-brand">
          <Mark />
          {say("product")}
        </p>
        <LanguageSwitch />
        {!isStranger() && <LeaveButton />}
      </header>
      <main class="organise stack">
        <div class="row is-apart">
          <h1>{say("organise.title")}</h1>
          {dialogues.value && dialogues.value.length > 0 && <CreateButton onClick={() => setCreating(true)} />}
        </div>
        <Failure />
        {dialogues.value?.length === 0 && (
          <div class="empty">
            <Mark />
            <h2>{say("organise.empty_title")}</h2>
            <p>{say("organise.empty")}</p>
            <CreateButton onClick={() => setCreating(true)} />
          </div>
        )}
        <ul class="dialogues">
          {dialogues.value?.map((dialogue) => (
            <DialogueRow key={dialogue.code} dialogue={dialogue} />
          ))}
        </ul>
        {dialogues.value && !isStranger() && <Devices path="/api/devices" nameOf={() => say("devices.organiser")} />}
        <a class="button is-small is-quiet is-foot" href="/source">
          {say("organise.source")}
        </a>
      </main>
      {creating && <NewDialogueForm onClose={() => setCreating(false)} />}
    </>
  );
}

function CreateButton({ onClick }: { onClick: () => void }) {
  return (
    <button type="button" class="button is-main" onClick={onClick}>
      <Icon name="plus" />
      {say("organise.new")}
    </button>
  );
}

function isStranger(): boolean {
  return failure.value === "not_signed_in" || failure.value === "not_allowed";
}

function Failure() {
  const reason = failure.value;
  if (!reason) return null;
  return (
    <div class="band is-round" data-tone="stop" role="alert">
      <Icon name="warning" />
      <span>{isStranger() ? say("organise.not_signed_in") : `${say("organise.failed")} ${sayReason(reason)}`}</span>
      <button type="button" class="button is-small" onClick={() => void fetchDialogues()}>
        {say("organise.reload")}
      </button>
    </div>
  );
}
