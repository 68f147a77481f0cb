/** Voting tickets on A4, ten to a page: made here, valid once the server has them, printed at once. */
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { ask } from "../../staff/api.ts";
import { RehearsalBand } from "../../staff/bands.tsx";
import { NumberField } from "../../staff/NumberField.tsx";
import { useOrder } from "../../staff/order.ts";
import { OrderStatus } from "../../staff/OrderStatus.tsx";
import { address, code } from "../../staff/page.ts";
import { say, sayReason } from "../../staff/words.ts";
import { freshSecrets, keepSecrets, keptSecrets } from "./secrets.ts";
import { Ticket, type QrPath } from "./Ticket.tsx";

const MOST_AT_ONCE = 500;
const PER_PAGE = 10;
/** The server draws the codes of some pages at a time, or everybody else would wait for one long drawing. */
const DRAWN_AT_ONCE = 50;

export const asksForTickets = address.searchParams.has("tickets");

export function Tickets() {
  const [secrets, setSecrets] = useState(keptSecrets);
  const { drawn, failed } = useDrawn(secrets);
  return (
    <>
      <header class="print-tools">
        <h1>{say("print.tickets_title")}</h1>
        {secrets.length ? <Made n={secrets.length} isReady={drawn.length === secrets.length} /> : <Make onMade={setSecrets} />}
        {failed && (
          <p class="band is-round" data-tone="stop" role="alert">
            {say("print.tickets_failed")} {sayReason(failed)}
          </p>
        )}
        <p class="soft small">{say("print.tickets_hint")}</p>
      </header>
      <main class="pages is-tickets">
        <RehearsalBand />
        {pagesOf(drawn).map((page, number) => (
          <section key={number} class="ticket-page">
            {page.map((qr, place) => {
              const secret = secrets[number * PER_PAGE + place]!;
              return <Ticket key={secret} secret={secret} qr={qr} />;
            })}
          </section>
        ))}
      </main>
    </>
  );
}

function Make({ onMade }: { onMade: (secrets: string[]) => void }) {
  const { state, give } = useOrder();
  const [many, setMany] = useState(Number(address.searchParams.get("tickets")) || 1);
  const make = async (event: Event) => {
    event.preventDefault();
    const secrets = freshSecrets(many);
    if (!(await give("IssueTickets", { secrets }))) return;
    keepSecrets(secrets);
    onMade(secrets);
  };
  return (
    <form class="stack is-close" onSubmit={make}>
      <p>{say("print.tickets_what")}</p>
      <div class="row is-bottom">
        <NumberField label={say("tickets.how_many")} value={many} onChange={setMany} most={MOST_AT_ONCE} />
        <button class="button is-main" disabled={state.stage === "waiting"}>
          {say("print.tickets_make", { n: many || 0 })}
        </button>
      </div>
      <OrderStatus state={state} />
    </form>
  );
}

function Made({ n, isReady }: { n: number; isReady: boolean }) {
  return (
    <div class="stack is-close">
      <p role="status">{say("print.tickets_made", { n })}</p>
      <div>
        <button type="button" class="button is-main is-large" disabled={!isReady} onClick={() => print()}>
          <Icon name="print" />
          {say("print.print")} · {say("print.how", { n: Math.ceil(n / PER_PAGE) })}
        </button>
      </div>
    </div>
  );
}

/** The QR codes as far as they are drawn; secrets travel in bodies, never in an address. */
function useDrawn(secrets: string[]): { drawn: QrPath[]; failed: string | null } {
  const [drawn, setDrawn] = useState<QrPath[]>([]);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    void (async () => {
      const all: QrPath[] = [];
      for (let begin = 0; begin < secrets.length; begin += DRAWN_AT_ONCE) {
        const some = secrets.slice(begin, begin + DRAWN_AT_ONCE);
        const reply = await ask<{ codes: QrPath[] }>(`/api/dialogues/${code}/tickets`, "POST", { secrets: some });
        if (!isWanted) return;
        if (!reply.ok) return setFailed(reply.reason);
        all.push(...reply.codes);
        setDrawn([...all]);
      }
    })();
    return () => {
      isWanted = false;
    };
  }, [secrets]);
  return { drawn, failed };
}

function pagesOf(drawn: QrPath[]): QrPath[][] {
  const many = Math.ceil(drawn.length / PER_PAGE);
  return Array.from({ length: many }, (_, page) => drawn.slice(page * PER_PAGE, (page + 1) * PER_PAGE));
}
