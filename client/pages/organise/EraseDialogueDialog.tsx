/** Erasing a whole evening: its code has to be typed once more. */
import { useId, useState } from "preact/hooks";
import { EraseForm } from "../../staff/EraseForm.tsx";
import { eraseDialogue } from "../../staff/erasing.ts";
import { say, shownCode } from "../../staff/words.ts";
import { fetchDialogues, type ListedDialogue } from "./dialogues.ts";

interface Props {
  dialogue: ListedDialogue;
  title: string;
  onClose: () => void;
}

export function EraseDialogueDialog({ dialogue, title, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const field = useId();
  const shown = shownCode(dialogue.code);
  const done = () => {
    void fetchDialogues();
    onClose();
  };
  return (
    <EraseForm
      title={say("erase.evening_title", { title })}
      lines={[
        say("erase.evening_what", { people: dialogue.joined, cards: dialogue.cards }),
        say("erase.evening_first"),
        say("erase.stays"),
        say("erase.elsewhere"),
      ]}
      act={say("erase.evening")}
      ready={plain(typed) === dialogue.code}
      erase={(reason) => eraseDialogue(dialogue.code, typed, reason)}
      onClose={onClose}
      onDone={done}
    >
      <div class="field">
        <label for={field}>{say("erase.type_code", { code: shown })}</label>
        <input
          id={field}
          class="input code"
          dir="ltr"
          autocomplete="off"
          spellcheck={false}
          maxLength={20}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
    </EraseForm>
  );
}

const plain = (typed: string) => typed.trim().toUpperCase().replace(/[- ]/g, "");
