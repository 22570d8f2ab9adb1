/// <reference lib="esnext.disposable" preserve="true" />
/** One of the two ends of a channel. A stream's reader is its client, its writer its server. */
export type End = "client" | "server";

/** How a call was answered: with an item, with the end, by a rejection, or because it was cancelled. */
export type How = "item" | "done" | "closed" | "error" | "aborted";

/**
 * Something that has happened on a channel. Plain data, in the order in which things happen: it can be stored as JSON, and
 * drawn elsewhere and later.
 *
 * - `channel`: it was made. - `call`: an end was called. - `body`: the body at its server end has begun. - `answer`: a call
 * was answered, by the call `by` of the other end, unless nobody's call did (an abort, the end of a body). - `collected`: a
 * call was garbage-collected while it waited. - `abort`: the channel's own signal ended it.
 */
export type ChannelEvent = {
  /** When, as `performance.now()` tells. */
  readonly t: number;
  /** Which channel: they are counted as they are made. */
  readonly channel: number;
} & (
  | { readonly type: "channel"; readonly name: string; readonly at?: string }
  | {
      readonly type: "call";
      readonly end: End;
      readonly call: number;
      readonly op: string;
      readonly at?: string;
      readonly routine?: string;
      readonly value?: string;
    }
  | { readonly type: "body"; readonly end: "server"; readonly routine: string }
  | {
      readonly type: "answer";
      readonly end: End;
      readonly call: number;
      readonly how: How;
      readonly by?: number;
      readonly value?: string;
    }
  | { readonly type: "collected"; readonly end: End; readonly call: number }
  | { readonly type: "abort" }
);

/** Options of {@link record}. */
export interface RecordOptions {
  /** How many events are kept; the oldest go first. A positive integer; 10,000 by default. */
  readonly limit?: number | undefined;
  /**
   * Whether events show what was handed over: not by default. `true` shows strings, of which 40 characters, and numbers, and of
   * an object only that it is one. A function gives the text for a value, and may redact it.
   */
  readonly values?: boolean | ((value: unknown) => string) | undefined;
}

/** What happens on the channels, as it is being recorded. */
export interface Recording {
  /** What is kept: a copy. */
  readonly events: readonly ChannelEvent[];
  /** How many events have been dropped, since there were more than the limit. */
  readonly dropped: number;
  /** Ends the recording; what is kept stays. */
  stop(): void;
  readonly [Symbol.dispose]: () => void;
}

/** Gets every event, and what was handed over, if something was: most must not show it. */
export type Sink = (event: ChannelEvent, handed: Handed | undefined) => void;

/** What a call brings, or is answered with: a value, or how many. */
export type Handed = { readonly value: unknown } | { readonly text: string };

const sinks = new Set<Sink>();

/** Tells `sink` of everything that happens from now on, until the function that it returns is called. */
export function observe(sink: Sink): () => void {
  sinks.add(sink);
  return () => {
    sinks.delete(sink);
  };
}

let happened = 0;
let recordings = 0;

/** Tells everybody of an event. */
export function happen(event: ChannelEvent, handed?: Handed): void {
  Object.freeze(event);
  happened++;
  for (const sink of sinks) sink(event, handed);
}

/**
 * In each chapter, a channel that is used is told of once more: so its name is known to a recording that begins late, or has
 * dropped the oldest events.
 */
export function chapter(): number {
  return recordings + Math.floor(happened / 2000);
}

const defaultLimit = 10_000;

/** `Symbol.dispose`, or, where the runtime has none, the symbol that compilers look up in its place. */
const dispose: symbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/**
 * Records what happens on the channels from now on: to be drawn with `toSVG`, `toHTML` or `toTrace`. Several recordings may
 * run.
 *
 * @throws `RangeError` for a `limit` that is no positive integer.
 *
 * @example
 * ```ts
 * import { record, toSVG } from "coroutine-channels/inspect";
 * import { produce } from "coroutine-channels";
 *
 * const recording = record();
 * for await (const item of produce<string>((server) => server.send("A"))) console.log(item); // => A
 * recording.stop();
 * console.log(recording.events[0]?.type, toSVG(recording.events).slice(0, 4)); // => channel <svg
 * ```
 */
export function record({ limit = defaultLimit, values = false }: RecordOptions = {}): Recording {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`record() needs a limit that is a positive integer, not ${limit}`);
  }
  const kept: ChannelEvent[] = [];
  let total = 0;
  recordings++;
  const stop = observe((event, handed) => {
    // A ring: the event that comes takes the place of the oldest.
    kept[total++ % limit] = withValue(event, handed, values);
  });
  return {
    get events() {
      const first = total > limit ? total % limit : 0;
      return [...kept.slice(first), ...kept.slice(0, first)];
    },
    get dropped() {
      return total - kept.length;
    },
    stop,
    [dispose as typeof Symbol.dispose]: stop,
  };
}

/** The event as it may be shown: with what was handed over, if that is wanted. */
export function withValue(
  event: ChannelEvent,
  handed: Handed | undefined,
  values: RecordOptions["values"],
): ChannelEvent {
  if (handed === undefined || values === undefined || values === false) return event;
  try {
    return Object.freeze({ ...event, value: textOf(handed, values) });
  } catch {
    // What fails to show a value keeps no channel from its work.
    return event;
  }
}

function textOf(handed: Handed, values: true | ((value: unknown) => string)): string {
  if ("text" in handed) return handed.text;
  if (values === true) return shown(handed.value);
  const text: unknown = values(handed.value);
  return String(text);
}

const shownLength = 40;

/** A value as text, without running any code of its own: no getter, no trap of a proxy, no `toString`. */
function shown(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(
      value.length > shownLength ? `${value.slice(0, shownLength)}\u2026` : value,
    );
  }
  if (typeof value === "function") return "function";
  return typeof value === "object" && value !== null ? "object" : String(value);
}
