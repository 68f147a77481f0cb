/** The letters of a card, counted and cleaned the way the server does it. */

export const MOST_LETTERS = 500;

/** Unicode code points, as the server counts them. */
export function letterCount(text: string): number {
  return Array.from(text).length;
}

/**
 * Pasted text brings controls along that the server refuses, for they can turn a neighbour's card
 * round; nobody typed them, so they go without a word. A tab becomes a space.
 */
export function cleanText(text: string): string {
  return Array.from(text.replace(/\r\n?/g, "\n").replace(/\t/g, " "))
    .filter((letter) => !isForbidden(letter.codePointAt(0) ?? 0))
    .join("")
    .normalize("NFC")
    .trim();
}

function isForbidden(point: number): boolean {
  const isControl = (point < 0x20 && point !== 0x0a) || (point >= 0x7f && point <= 0x9f);
  const turnsText = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  const isHalfALetter = point >= 0xd800 && point <= 0xdfff;
  return isControl || turnsText || isHalfALetter;
}
