/** A time in words: `12 ms`, `3.2 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(Math.max(0, ms))} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** A number in words: `1,000 calls`. */
export function count(n: number, noun: string): string {
  return `${grouped(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A number: `1,000`. */
export function grouped(n: number): string {
  return n.toLocaleString("en");
}

/** A name without what would move a terminal's cursor, change its colours or break the line. */
export function printable(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
