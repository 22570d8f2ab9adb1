/** The text of a program travels in the address, compressed. No server ever sees it. */

const MARK = "#code=";

export async function toAddress(code: string): Promise<string> {
  const packed = await through(
    new TextEncoder().encode(code),
    new CompressionStream("deflate-raw"),
  );
  const letters = Array.from(packed, (byte) => String.fromCodePoint(byte)).join("");
  return MARK + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** `undefined` if the address holds no program, or what cannot be read. */
export async function fromAddress(hash: string): Promise<string | undefined> {
  if (!hash.startsWith(MARK)) return undefined;
  try {
    const letters = atob(hash.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.codePointAt(0)!);
    return new TextDecoder().decode(await through(packed, new DecompressionStream("deflate-raw")));
  } catch {
    return undefined;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stage: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(stage);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
