import { assertBody } from "./channel.ts";
import { RETURN, THROW } from "./core/call.ts";
import { onAbort } from "./core/abort.ts";
import type { AbortSignal } from "./core/abort.ts";
import type { Rendezvous } from "./core/rendezvous.ts";
import { servingOf } from "./core/serving.ts";
import type { Servable } from "./core/serving.ts";
import type { WaitOptions } from "./end.ts";

/** Channels by name: an object of them, or a tuple. */
export type Channels = Readonly<Record<string, Servable<unknown>>> | readonly Servable<unknown>[];

/** The server ends of channels, by the same names. */
export type ServersOf<C extends Channels> = {
  -readonly [K in keyof C]: C[K] extends Servable<infer S> ? S : never;
};

/**
 * One body for several channels: what a generator function, with its one output, cannot do.
 *
 * The body runs when the first of the clients asks. Each server end may be used at once: a call waits for its client.
 * `put` keeps several consumers at work at the same time.
 *
 * When the body returns, every channel is closed; when it throws, every client that is still there is told. A client
 * leaves on its own and waits for nobody: the calls of its server end reject with {@link ChannelClosed}, and the others go
 * on. If that leaves the body, the other clients are told of it as of any error, since no stream is cut short in silence;
 * when there are no others, it is no error.
 *
 * Cancels with `signal`, as long as it waits for a client.
 *
 * @param channels The channels, by name. Of any kind, and none served already.
 * @param body Gets the server ends, by the same names.
 * @returns What the body returned; `undefined` when all clients left.
 * @throws What the body threw; `TypeError` when there are no channels, or one is served already; the reason of a signal.
 *
 * @example
 * ```ts
 * import { Channel, serveAll } from "coroutine-channels";
 *
 * const lanes = { even: new Channel<number>(), odd: new Channel<number>() };
 * void serveAll(lanes, async ({ even, odd }) => {
 *   for (let i = 1; i <= 4; i++) await (i % 2 ? odd : even).put(i);
 * });
 * async function print(name: keyof typeof lanes) {
 *   for await (const i of lanes[name].client()) console.log(name, i);
 * }
 * await Promise.all([print("even"), print("odd")]);
 * // => odd 1
 * // => even 2
 * // => odd 3
 * // => even 4
 * ```
 */
export function serveAll<const C extends Channels, R>(
  channels: C,
  body: (servers: ServersOf<C>) => R | PromiseLike<R>,
  options?: WaitOptions,
): Promise<R | undefined> {
  const serving = serve(channels, body, options?.signal, () => {
    serving.catch(() => {});
  });
  return serving;
}

async function serve<C extends Channels, R>(
  channels: C,
  body: (servers: ServersOf<C>) => R | PromiseLike<R>,
  signal: AbortSignal | undefined,
  toldElsewhere: () => void,
): Promise<R | undefined> {
  assertBody(body);
  if (signal?.aborted) throw signal.reason;
  const servings = Object.entries(channels).map(([name, channel]) => {
    const serving = servingOf(channel);
    if (serving === undefined) throw new TypeError(`Could not serve what is no channel: ${name}`);
    return [name, serving] as const;
  });
  const meetings = new Set(servings.map(([, { meeting }]) => meeting));
  if (servings.length === 0) throw new TypeError("Could not serve a number of channels: 0");
  if (meetings.size < servings.length || [...meetings].some((meeting) => meeting.served)) {
    throw new TypeError("Could not serve a channel that is served already");
  }

  for (const meeting of meetings) meeting.share();
  if (!(await oneAsks([...meetings], signal))) {
    const cut = [...meetings].find((meeting) => !meeting.left);
    if (cut === undefined) return undefined;
    toldElsewhere();
    throw cut.cause;
  }
  const servers: unknown = Array.isArray(channels) ? [] : {};
  for (const [name, serving] of servings) Reflect.set(servers as object, name, serving.server());
  try {
    const result = await body(servers as ServersOf<C>);
    for (const meeting of meetings) meeting.close(RETURN, undefined);
    return result;
  } catch (error) {
    const told = [...meetings].filter((meeting) => meeting.close(THROW, error)).length > 0;
    if (!told && [...meetings].some((meeting) => meeting.departure(error) !== undefined)) {
      return undefined;
    }
    // What a client gets to hear, or a channel was ended with, need not be told a third time.
    if (told || [...meetings].some((meeting) => meeting.isCause(error))) toldElsewhere();
    throw error;
  }
}

/** Waits for the first request of any client. @returns Whether there is one: they may all have ended before. */
function oneAsks(meetings: Rendezvous[], signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    function look(): void {
      if (meetings.some((meeting) => meeting.open)) resolve(true);
      else if (meetings.every((meeting) => meeting.closed)) resolve(false);
      else return;
      release?.();
    }
    const release =
      signal &&
      onAbort(signal, () => {
        for (const meeting of meetings) meeting.unshare();
        reject(signal.reason);
      });
    for (const meeting of meetings) meeting.started = look;
    look();
  });
}
