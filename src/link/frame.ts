/** What goes over a link: an array, whose first element is its type. `docs/far-ends.md` explains each. */
export type Frame = readonly unknown[];

/** The version of the format that this library speaks. */
export const VERSION = 1;

/** `[0, version, id?, received, auth?]`, by both, first on every link. */
export const HELLO = 0;
/** `[1, n, ack, ch, kind, name, ask, value?, input?]`, by the client's side: a channel, and its first request. */
export const OPEN = 1;
/** `[2, n, ack, ch, ask, value?]`, by the client's side: `next(value)`; in a stream, `ask` more items. */
export const ASK = 2;
/** `[3, n, ack, ch, error]`, by the client's side: `throw(error)`. */
export const THROW = 3;
/** `[4, n, ack, ch, value?]`, by the client's side: `return(value)`, which may overtake a request that waits. */
export const LEAVE = 4;
/** `[5, n, ack, ch, error]`, by the client's side: the channel's signal; it is not answered. */
export const ABORT = 5;
/** `[6, n, ack, ch, k, items]`, by the server's side: answers request number `k`. */
export const ITEMS = 6;
/** `[7, n, ack, ch, k, value?]`, by the server's side: the end, and what was returned. */
export const DONE = 7;
/** `[8, n, ack, ch, k, error]`, by the server's side: the end, by an error. */
export const FAIL = 8;
/** `[9, received, answer?]`, by both: acknowledges; with `answer`, asks for one back. */
export const PING = 9;
/** `[10, why]`, by both, last: the session is over. */
export const BYE = 10;

/** The kinds of services, as OPEN has them. */
export type Kind = typeof CHANNEL | typeof STREAM;
export const CHANNEL = 0;
export const STREAM = 1;

/** Where the elements are that count something, for each type of frame. */
const counts: readonly (readonly number[])[] = [
  [1, 3],
  [1, 2, 3, 4, 6],
  [1, 2, 3, 4],
  [1, 2, 3],
  [1, 2, 3],
  [1, 2, 3],
  [1, 2, 3, 4],
  [1, 2, 3, 4],
  [1, 2, 3, 4],
  [1],
  [],
];

/** What the other side has done against the protocol. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/**
 * Checks the shape of what has come in: a link gives an error for what it could not decode.
 *
 * @throws {@link Violation}.
 */
export function checkFrame(value: unknown): Frame {
  if (value instanceof Error) throw new Violation(value.message);
  if (!Array.isArray(value)) throw new Violation("no frame");
  const frame: Frame = value;
  const type = frame[0];
  const positions = typeof type === "number" ? counts[type] : undefined;
  if (positions === undefined) throw new Violation("a frame of no type");
  for (const at of positions) {
    const count = frame[at];
    if (!Number.isSafeInteger(count) || (count as number) < 0) {
      throw new Violation(`no count at ${at}, frame ${String(type)}`);
    }
  }
  const wellFormed =
    type === HELLO
      ? frame[2] === undefined || frame[2] === null || isShortString(frame[2])
      : type === OPEN
        ? typeof frame[5] === "string"
        : type !== ITEMS || Array.isArray(frame[5]);
  if (!wellFormed) throw new Violation(`malformed frame ${String(type)}`);
  return frame;
}

function isShortString(value: unknown): boolean {
  return typeof value === "string" && value.length <= 128;
}

/** Leaves out what is `undefined` at the end. */
export function trimmed(frame: unknown[]): unknown[] {
  while (frame.length > 0 && frame[frame.length - 1] === undefined) frame.pop();
  return frame;
}
