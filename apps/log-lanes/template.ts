/** A line's template: what it has in common with the lines that the same statement printed. */

/** How much of a line its template is made of. */
const TEMPLATE_LENGTH = 120;

/**
 * Every word with a digit in it becomes "#", and so do several of them joined by punctuation: numbers,
 * dates, addresses, versions, hashes. The comma after an item of a list is not part of it.
 */
export function templateOf(text: string): string {
  const line = text.trim();
  const item = line.endsWith(",") ? line.slice(0, -1) : line;
  return printable(item, TEMPLATE_LENGTH).replace(/\b[A-Za-z_]*\d\w*(?:[-.:+]\d\w*)*/g, "#");
}

/**
 * The beginning of a text that may hold anything, fit to be shown: no escape sequence may reach the
 * terminal, nor half a character where the cut falls.
 */
export function printable(text: string, length: number): string {
  return text
    .slice(0, length)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ");
}
