/** What a staff page knows before it has heard anything: its address, its meta tags, its language. */
import { speakOnPage } from "../texts/index.ts";
import { chooseStaffLanguage } from "./words.ts";

export const address = new URL(location.href);

export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

export const linkId = address.searchParams.get("link") ?? "";
export const code = meta("code") || (address.pathname.split("/")[2] ?? "").replace("-", "").toUpperCase();
export const publicUrl = meta("public-url") || address.origin;
/** The public address as one types it. */
export const publicHost = publicUrl.replace(/^https?:\/\//, "");

export function startPage() {
  chooseStaffLanguage();
  speakOnPage();
}
