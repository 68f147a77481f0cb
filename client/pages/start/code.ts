/** Reading a code as people type it from a poster. */

const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH = 8;

export type Typed = { path: string } | Unreadable;

export type Unreadable =
  | { wrong: "short" | "long"; n: number }
  /** 0, O, 1, I: the poster shows something that only looks like it. */
  | { wrong: "look" }
  | { wrong: "letters"; letters: string };

/** "abcd efgh", "ABCD-EFGH", "abcdefgh-3" -> the path of the phone page, or what is wrong with it. */
export function readCode(typed: string): Typed {
  const plain = typed.normalize("NFKC").trim().toUpperCase();
  const withTable = /^(.*[^-–—\s])\s*[-–—/]\s*([1-9]\d{0,2})$/.exec(plain);
  const [code, table] = withTable && onlyCode(withTable[1] ?? "").length === LENGTH ? withTable.slice(1) : [plain];
  const read = readSymbols(code ?? "");
  return "symbols" in read ? { path: `/${read.symbols}${table ? `/${table}` : ""}` } : read;
}

/** "abcd efgh" -> ABCDEFGH, whatever it stands for, or what is wrong with it. */
export function readSymbols(typed: string): { symbols: string } | Unreadable {
  const letters = onlyCode(typed.normalize("NFKC").toUpperCase());
  const strange = letters.filter((letter) => !ALPHABET.includes(letter));
  if (strange.some((letter) => "0O1I".includes(letter))) return { wrong: "look" };
  if (strange.length) return { wrong: "letters", letters: [...new Set(strange)].join(" ") };
  if (letters.length < LENGTH) return { wrong: "short", n: LENGTH - letters.length };
  if (letters.length > LENGTH) return { wrong: "long", n: letters.length - LENGTH };
  return { symbols: letters.join("") };
}

function onlyCode(text: string): string[] {
  return Array.from(text).filter((letter) => !/[-–—_.\s]/.test(letter));
}
