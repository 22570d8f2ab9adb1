/**
 * Text to lines, in bounded memory: what is kept of a line, and of the text before its line break, has
 * a fixed upper limit, however long the line is.
 */

export interface Line {
  /** The input it came from, as named on the command line. */
  readonly file: string;
  /** Its number in that input, from 1. */
  readonly number: number;
  /** Its text without the line break: at most MAX_LINE characters of it. */
  readonly text: string;
  /** Its true size in bytes, line break included, so that the sizes add up to the file's size. */
  readonly bytes: number;
}

/** Longer lines are cut here: counted in full, looked at no further. */
export const MAX_LINE = 65_536;

/** Splits at "\n" and "\r\n". Lines come in bunches, one for each piece of text that completes any. */
export async function* splitLines(
  file: string,
  texts: AsyncIterable<string>,
): AsyncGenerator<Line[]> {
  let number = 0;
  let text = ""; // the line that has begun and not ended yet,
  let bytes = 0; // and its true size so far

  const extend = (more: string) => {
    if (text.length < MAX_LINE) text += more.slice(0, MAX_LINE - text.length);
    bytes += Buffer.byteLength(more);
  };
  const finish = (lineBreak: number): Line => {
    if (text.endsWith("\r")) text = text.slice(0, -1);
    const line = { file, number: ++number, text, bytes: bytes + lineBreak };
    text = "";
    bytes = 0;
    return line;
  };

  for await (const piece of texts) {
    const lines: Line[] = [];
    let from = 0;
    for (let to = piece.indexOf("\n"); to >= 0; to = piece.indexOf("\n", from)) {
      extend(piece.slice(from, to));
      lines.push(finish(1));
      from = to + 1;
    }
    extend(piece.slice(from));
    if (lines.length > 0) yield lines;
  }
  if (bytes > 0) yield [finish(0)]; // the last line has no line break
}
