/**
 * The secrets of tickets: made on this page, known to it until its tab is closed, so that a reload or a
 * jammed printer loses nothing; nowhere else but on paper.
 */
import { code } from "../../staff/page.ts";

const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH = 8;
const shelf = `dialogtisch.${code}.tickets`;

/** 32 symbols divide a byte's 256 values evenly, so each symbol is as likely as any other. */
export function freshSecrets(many: number): string[] {
  const bytes = crypto.getRandomValues(new Uint8Array(many * LENGTH));
  const symbols = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]!).join("");
  return Array.from({ length: many }, (_, place) => symbols.slice(place * LENGTH, (place + 1) * LENGTH));
}

export function keptSecrets(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(shelf) ?? "[]") as string[];
  } catch {
    return [];
  }
}

export function keepSecrets(secrets: string[]) {
  try {
    sessionStorage.setItem(shelf, JSON.stringify(secrets));
  } catch {
    // Then they last until a reload; what was not printed can be voided.
  }
}
