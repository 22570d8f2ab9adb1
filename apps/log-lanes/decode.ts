/** Bytes to text. What is not text is refused, with the offset where that showed. */

import { isUtf8 } from "node:buffer";

import { Failure } from "./failure.ts";

/** Decodes UTF-8. Throws a Failure at the first NUL byte or invalid sequence. */
export async function* decode(file: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let offset = 0; // of `bytes` in the input
  let rest: Buffer = Buffer.alloc(0); // the beginning of a character that the next chunk completes

  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.length - unfinished(bytes);
    const whole = bytes.subarray(0, end);
    check(file, whole, offset);
    yield whole.toString();
    // A copy: a view of three bytes would keep the whole chunk in memory.
    rest = Buffer.from(bytes.subarray(end));
    offset += end;
  }
  check(file, rest, offset); // an input that ends inside a character
}

function check(file: string, bytes: Buffer, offset: number): void {
  const nul = bytes.indexOf(0);
  const invalid = isUtf8(bytes) ? -1 : firstInvalid(bytes);
  if (nul < 0 && invalid < 0) return;
  const [at, what] =
    nul >= 0 && (invalid < 0 || nul < invalid)
      ? [nul, "a NUL byte"]
      : [invalid, "bytes that are not UTF-8"];
  throw new Failure(`${file}: not a text file: ${what} at offset ${offset + at}`);
}

/** How many bytes at the end begin a character and do not complete it: 0 to 3. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0; // ASCII
    if (byte < 0xc0) continue; // continues a character: look for its first byte
    const width = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return back < width ? back : 0;
  }
  return 0;
}

/** Where the first invalid sequence begins: everything before it is valid, so bisect. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (valid < invalid) {
    const middle = Math.ceil((valid + invalid) / 2);
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - unfinished(part)))) valid = middle;
    else invalid = middle - 1;
  }
  return valid - unfinished(bytes.subarray(0, valid));
}
