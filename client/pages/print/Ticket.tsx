/** One ticket: to be scanned, or typed by whoever cannot scan; read in any language of the evening. */
import { dialogue } from "../../staff/line.ts";
import { code, publicHost } from "../../staff/page.ts";
import { inMain, say, shownCode } from "../../staff/words.ts";
import { directionOf } from "../../texts/index.ts";
import { guide } from "./steps.ts";

/** A QR code as the server draws it: modules on a side, and a path that fills the dark ones. */
export interface QrPath {
  side: number;
  path: string;
}

export function Ticket({ secret, qr }: { secret: string; qr: QrPath }) {
  const { languages, title, rehearsal } = dialogue.value!;
  const main = inMain(title);
  return (
    <article class="ticket">
      <svg class="ticket-qr" viewBox={`0 0 ${qr.side} ${qr.side}`} role="img" aria-label={say("access.qr")}>
        <path d={qr.path} />
      </svg>
      <div class="ticket-words">
        <div>
          {languages.map((language) => (
            <p key={language} class="ticket-what" lang={language} dir={directionOf(language)}>
              {guide(language).ticket}
            </p>
          ))}
        </div>
        <p class="ticket-secret code">{shownCode(secret)}</p>
        <p class="ticket-how">
          {languages.map((language) => (
            <span key={language} lang={language} dir={directionOf(language)}>
              {guide(language).ticketHow}
            </span>
          ))}
        </p>
      </div>
      <div class="ticket-foot">
        <p lang={main.lang} dir={main.dir}>
          {rehearsal && <strong>{say("rehearsal.band")} </strong>}
          {main.text}
        </p>
        <p>
          {say("print.evening_code")} <bdi dir="ltr">{`${shownCode(code)} · ${publicHost}`}</bdi>
        </p>
      </div>
    </article>
  );
}
