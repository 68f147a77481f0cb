/** The personal links with their secret addresses, fetched again whenever a link changes. */
import { computed, effect, signal } from "@preact/signals";
import type { Link } from "../../../connection/index.ts";
import { ask } from "../../../staff/api.ts";
import { links } from "../../../staff/evening.ts";
import { dialogue } from "../../../staff/line.ts";
import { code } from "../../../staff/page.ts";

export type AddressedLink = Link & { url: string };

export const addressedLinks = signal<AddressedLink[]>([]);
export const addressesFailed = signal<string | null>(null);

export const boardLink = computed(() => addressedLinks.value.find((link) => link.role === "board" && !link.revoked));

export async function fetchAddresses() {
  const reply = await ask<{ links: AddressedLink[] }>(`/api/dialogues/${code}/links`);
  addressesFailed.value = reply.ok ? null : reply.reason;
  if (reply.ok) addressedLinks.value = reply.links;
}

effect(() => {
  const known = links.value.length > 0 || dialogue.value;
  if (known) void fetchAddresses();
});
