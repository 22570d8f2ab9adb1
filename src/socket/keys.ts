/** The keys of records that have come in lately: the same few come again and again, and to make a text takes time. */
const known: (string | undefined)[] = [];

/** The key that begins at `at`, and is so many bytes long; nothing, unless it is ASCII. */
export function keyAt(bytes: Uint8Array, at: number, length: number): string | undefined {
  let hash = length;
  for (let i = at; i < at + length; i++) {
    if (bytes[i]! > 0x7f) return undefined;
    hash = (hash * 31 + bytes[i]!) & 0xff;
  }
  const key = known[hash];
  if (key?.length === length) {
    let same = 0;
    while (same < length && key.charCodeAt(same) === bytes[at + same]) same++;
    if (same === length) return key;
  }
  return (known[hash] = String.fromCharCode(...bytes.subarray(at, at + length)));
}
