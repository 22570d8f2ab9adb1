import type { End } from "./events.ts";
import { forgetLost, knowledge, lostSoFar } from "./log.ts";
import { nextTurn, now } from "./process.ts";
import { reportOf } from "./report.ts";
import { awaitsFirstRequest, lookupIn, momentOf, why } from "./waits.ts";
import type { Moment, Waiting } from "./waits.ts";

/** A call that waits. */
export interface Wait {
  /** The channel's name; `channel 3` where it has none. */
  readonly channel: string;
  readonly end: End;
  /** What was called: `next`, `send`, `serve`, or the piece of the library that has called: `merge`. */
  readonly op: string;
  /** When it was called, as `performance.now()` tells. */
  readonly since: number;
  /** Where it was called: `numbers (app.js:12:40)`; `undefined` where the runtime cannot tell. */
  readonly at: string | undefined;
  /** Its callers, as far as the runtime knows them, the nearest first. */
  readonly callers: readonly string[];
  /** Where the channel was made. */
  readonly created: string | undefined;
  /** Why it waits, in words. */
  readonly why: string;
}

/**
 * Every call that waits, oldest first: for a test that must leave nobody waiting.
 *
 * Resolves one turn of the event loop later, so that what is settled in the same turn is no wait. Leaves out `server()`,
 * `serve()`, `serveAll()` and `produce()` as long as the client has not asked for anything: a channel that nobody uses is no
 * hang.
 *
 * @example
 * ```ts
 * import { waits } from "coroutine-channels/inspect";
 * import { Channel } from "coroutine-channels";
 *
 * const forgotten = new Channel<string>({ name: "forgotten" });
 * void forgotten.client().next();
 * const wait = (await waits()).find(({ channel }) => channel === "forgotten");
 * console.log(wait?.end, wait?.op, wait?.why);
 * // => client next for a server. Nobody serves this channel.
 * ```
 */
export async function waits(): Promise<Wait[]> {
  await nextTurn();
  const { waiting } = knowledge;
  const lookup = lookupIn(waiting);
  const time = now();
  return waiting
    .filter((one) => !awaitsFirstRequest(one))
    .map((one) => ({ ...publicly(one), why: why(one, time, lookup).join(" ") }));
}

/** Who waits now, for the page. */
export function presentMoment(): Moment {
  return momentOf(knowledge.waiting, now());
}

function publicly({ channel, end, op, t, at, callers }: Waiting): Omit<Wait, "why"> {
  return { channel: channel.name, end, op, since: t, at, callers, created: channel.created };
}

/**
 * All calls that wait now, and those that were garbage-collected while they waited since the last report: who waits, where, since
 * when, and why no answer comes. Calls that are alike are told once; at most 10 groups, then how many more.
 */
export function report(): string {
  return reported(knowledge.waiting, false);
}

let lastTold = "";

/** What to say when nothing runs any more; nothing if all is well, or has been told already. */
export function lastReport(): string | undefined {
  const waiting = knowledge.waiting.filter((one) => !awaitsFirstRequest(one));
  const calls = waiting.map(({ call }) => call).join();
  if (calls === lastTold && lostSoFar().size === 0) return undefined;
  lastTold = calls;
  return reported(waiting, true);
}

function reported(waiting: readonly Waiting[], idle: boolean): string {
  const channels = [...knowledge.channels.values()].filter(
    ({ inside, ended, client, server }) =>
      !inside && (!ended || client.waiting.size + server.waiting.size > 0),
  ).length;
  const lost = lostSoFar();
  forgetLost();
  return reportOf({ waiting, lost, channels, now: now(), idle });
}
