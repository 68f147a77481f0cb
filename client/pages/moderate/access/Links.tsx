/** The team's personal links: one line each, to copy or to revoke. */
import { useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import { CopyButton } from "../../../staff/CopyButton.tsx";
import { tables } from "../../../staff/evening.ts";
import { send } from "../../../staff/line.ts";
import { linkId } from "../../../staff/page.ts";
import { say, sayReason } from "../../../staff/words.ts";
import { addressedLinks, addressesFailed, fetchAddresses, type AddressedLink } from "./addresses.ts";
import { IssueLink } from "./IssueLink.tsx";

const roles = ["moderator", "board", "host"] as const;

export function Links() {
  const [issuing, setIssuing] = useState(false);
  const list = [...addressedLinks.value].sort(byRoleAndTable);
  const hosted = new Set(list.filter((link) => !link.revoked).map((link) => link.table));
  const unhosted = tables.value.filter((table) => !hosted.has(table.number));
  return (
    <div class="sheet">
      <div>
        <h3>{say("access.links")}</h3>
        <p class="soft">{say("access.links_hint")}</p>
      </div>
      {addressesFailed.value && (
        <p class="band is-round" data-tone="stop" role="alert">
          {say("access.failed")} {sayReason(addressesFailed.value)}
          <button type="button" class="button is-small" onClick={() => fetchAddresses()}>
            {say("act.retry")}
          </button>
        </p>
      )}
      {list.length === 0 && !addressesFailed.value && <p>{say("access.no_links")}</p>}
      <ul class="links">
        {list.map((link) => (
          <LinkRow key={link.id} link={link} />
        ))}
      </ul>
      <div class="button-row">
        <button type="button" class="button" onClick={() => setIssuing(true)}>
          <Icon name="plus" />
          {say("access.issue")}
        </button>
        {unhosted.length > 1 && (
          <button
            type="button"
            class="button"
            onClick={() =>
              unhosted.forEach(({ number }) => void send("IssueLink", { role: "host", table: number, label: "" }))
            }
          >
            <Icon name="plus" />
            {say("access.issue_all_hosts")}
          </button>
        )}
      </div>
      {issuing && <IssueLink onClose={() => setIssuing(false)} />}
    </div>
  );
}

function LinkRow({ link }: { link: AddressedLink }) {
  const [revoking, setRevoking] = useState(false);
  const own = link.id === linkId;
  const name = nameOf(link);
  return (
    <li class={link.revoked ? "link-row is-revoked" : "link-row"}>
      <span class="link-role">
        <Icon name={link.role === "board" ? "board" : link.role === "host" ? "table" : "hand"} />
        <strong>{name}</strong>
      </span>
      <span class="soft link-label">
        <bdi>{link.label}</bdi>
        {own && <span class="chip">{say("access.yours")}</span>}
      </span>
      {link.revoked ? (
        <span class="chip">{say("access.revoked")}</span>
      ) : (
        <span class="button-row">
          <CopyButton text={link.url} label={say("access.copy_link")} />
          <button
            type="button"
            class="button is-quiet is-small"
            aria-label={`${say("access.revoke")}: ${name} ${link.label}`}
            onClick={() => setRevoking(true)}
          >
            {say("access.revoke")}
          </button>
        </span>
      )}
      {revoking && (
        <Confirm
          title={say("access.revoke_confirm")}
          lines={[`${name} ${link.label}`, say("access.revoke_what"), ...(own ? [say("access.revoke_own")] : [])]}
          act={say("access.revoke")}
          risky
          order={["RevokeLink", { link: link.id }]}
          onClose={() => setRevoking(false)}
        />
      )}
    </li>
  );
}

export function nameOf(link: AddressedLink): string {
  const role = say(`access.role.${link.role}`);
  return link.table === null ? role : `${role}, ${say("table.number", { n: link.table })}`;
}

function byRoleAndTable(a: AddressedLink, b: AddressedLink): number {
  return (
    Number(a.revoked) - Number(b.revoked) ||
    roles.indexOf(a.role) - roles.indexOf(b.role) ||
    (a.table ?? 0) - (b.table ?? 0)
  );
}
