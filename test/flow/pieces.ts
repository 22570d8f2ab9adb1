import {
  abortable,
  type AnyIterable,
  broadcast,
  buffer,
  cooperative,
  distribute,
  merge,
} from "coroutine-channels";

type Flow = AsyncGenerator<number, unknown, void>;
type Make = (source: AnyIterable<number>, options?: { signal: AbortSignal }) => Flow;

/** Each piece that hands on what one source gives, to one consumer. */
export const pieces: readonly [name: string, make: Make][] = [
  ["merge", (source) => merge(source)],
  ["buffer", (source, options) => buffer(source, { capacity: 2, ...options })],
  ["broadcast", (source, options) => broadcast(source, options).subscribe()],
  ["distribute", (source, options) => distribute(source, options).subscribe()],
  ["cooperative", (source, options) => cooperative(source, options)],
  ["abortable", (source, options) => abortable(source, options)],
];
