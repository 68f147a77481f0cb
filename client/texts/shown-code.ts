/** The code of a dialogue or a ticket as paper shows it: in two groups of four. */
export function shownCode(symbols: string): string {
  return `${symbols.slice(0, 4)}-${symbols.slice(4)}`;
}
