/** What the hall needs: QR code, address, code, and the printed cards for the tables. */
import { Icon } from "../../../design/icons.tsx";
import { CopyButton } from "../../../staff/CopyButton.tsx";
import { code, linkId, publicHost, publicUrl } from "../../../staff/page.ts";
import { say, shownCode } from "../../../staff/words.ts";
import { BoardLink } from "./BoardLink.tsx";

export function JoinSheet() {
  const address = `${publicUrl}/${code}`;
  return (
    <div class="sheet join-sheet">
      <img class="join-qr" src={`/api/dialogues/${code}/qr.svg`} alt={say("access.qr")} width="200" height="200" />
      <div class="stack">
        <h3>{say("access.join")}</h3>
        <p>{say("access.join_hint")}</p>
        <p class="join-address">
          <span class="code">{`${publicHost}/${code}`}</span>
        </p>
        <p class="code join-code">{shownCode(code)}</p>
        <div class="button-row">
          <CopyButton text={address} label={say("access.copy_address")} />
          <a class="button is-small" href={`/print/${code}?link=${linkId}`} target="_blank" rel="noopener">
            <Icon name="print" />
            {say("access.print")}
          </a>
          <BoardLink small />
        </div>
      </div>
    </div>
  );
}
