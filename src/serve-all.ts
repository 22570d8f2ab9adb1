import { onAbort } from "./core/abort.ts";
import { createCall, OPEN, RETURN, SERVER, THROW } from "./core/call.ts";
import type { Life } from "./core/life.ts";
import type { AbortSignal } from "./core/platform.ts";
import { assertBody, refuseGenerator, servableOf, servedAlready } from "./core/serving.ts";
import type { Servable } from "./core/serving.ts";
import { Failure } from "./core/settle.ts";
import type { WaitOptions } from "./end.ts";

/** A channel of any kind. */
export interface AnyChannel {
  readonly closed: boolean;
  client(): unknown;
  server(options?: WaitOptions): Promise<unknown>;
}

/** The server ends of channels, by the same names. */
export type ServersOf<C> = {
  -readonly [K in keyof C]: C[K] extends { server(options?: WaitOptions): Promise<infer S> }
    ? S
    : never;
};

/**
 * One body for several channels: what a generator function, with its one output, cannot have.
 *
 * The body runs when the first of the clients asks for something. Each server end may be used at once: a call waits
 * until its client has asked. With `put`, the body keeps all their consumers at work at the same time.
 *
 * When the body returns, every channel is closed. When it throws, every client that is still there is told, with the very
 * error. A client leaves on its own, and waits for nobody: the calls of its server end reject with {@link ChannelClosed},
 * its `signal` aborts, and the others go on. If that error leaves the body, the other clients are told it as any error,
 * so that no lane is cut short in silence. When all clients have left, it unwinds the body, which is no error.
 *
 * Waits until the body has ended. Cancels with `signal`, as long as nobody has asked; the channels may then be served by
 * another call.
 *
 * @param channels The channels by name, in an object or a tuple. They may be of different kinds; none may be served already.
 * @param body Gets the server ends, by the same names.
 * @returns What the body returned; `undefined` when all clients left.
 * @throws What the body threw; `TypeError` when there are no channels, one is served already or twice in the list, or one
 *   is no channel; the reason of a signal.
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
export function serveAll<const C extends { readonly [K in keyof C]: AnyChannel }, R>(
  channels: C,
  body: (servers: ServersOf<C>) => R | PromiseLike<R>,
  options?: WaitOptions,
): Promise<R | undefined> {
  const serving = serve(
    channels,
    body as (servers: unknown) => R | PromiseLike<R>,
    options?.signal,
    () => {
      serving.catch(() => {});
    },
  );
  return serving;
}

/** @param toldElsewhere Is called when the error that it rejects with has been told to a client, too. */
async function serve<R>(
  channels: object,
  body: (servers: unknown) => R | PromiseLike<R>,
  signal: AbortSignal | undefined,
  toldElsewhere: () => void,
): Promise<R | undefined> {
  assertBody(body);
  if (signal?.aborted) throw signal.reason;
  const lanes = lanesOf(channels);
  const lives = lanes.map(([, { life }]) => life);
  if (!(await firstRequest(lives, signal))) {
    // None is left to be served. If a client did not leave but was cut off, it has been told why.
    const cut = lives.find((life) => !life.left);
    if (cut === undefined) return undefined;
    toldElsewhere();
    throw cut.cause;
  }
  const servers: object = Array.isArray(channels) ? [] : {};
  for (const [name, lane] of lanes) Reflect.set(servers, name, lane.createEnd());
  try {
    const result = await lives[0]!.run(body, servers, lives);
    refuseGenerator(result);
    for (const life of lives) life.close(RETURN, undefined);
    return result;
  } catch (error) {
    const told = lives.filter((life) => life.close(THROW, error)).length > 0;
    if (!told && lives.some((life) => life.departure(error) !== undefined)) return undefined;
    if (told || lives.some((life) => life.isCause(error))) toldElsewhere();
    throw error;
  }
}

/** @throws `TypeError` for what cannot be served, before anything is begun. */
function lanesOf(channels: object): [name: string, lane: Servable][] {
  const lanes: [string, Servable][] = [];
  const lives = new Set<Life>();
  for (const [name, channel] of Object.entries(channels)) {
    const lane = servableOf(channel);
    if (lane === undefined) {
      throw new TypeError(
        `serveAll() serves channels: "${name}" is none. Pass the channel, and not its client()`,
      );
    }
    const { life } = lane;
    if (lives.has(life)) throw new TypeError(`"${name}" is in the list of channels twice`);
    if (life.served && !life.closed) throw servedAlready(life.name ?? name);
    lives.add(life);
    lanes.push([name, lane]);
  }
  for (const [name, { life }] of lanes) life.name ??= name;
  if (lanes.length === 0) throw new TypeError("serveAll() needs at least one channel");
  return lanes;
}

/** Waits until a client asks for something. @returns Whether one has: they may all have gone before. */
function firstRequest(lives: readonly Life[], signal: AbortSignal | undefined): Promise<boolean> {
  // A channel that has ended is not opened: its server end has still to be told why.
  const there = lives.filter((life) => !life.closed);
  return new Promise((resolve, reject) => {
    let waiting = there.length;
    const release =
      signal &&
      onAbort(signal, () => {
        reject(signal.reason);
        for (const life of there) life.giveUp(signal.reason);
      });
    const settle = (asked: boolean): void => {
      release?.();
      resolve(asked);
    };
    if (waiting === 0) settle(false);
    for (const life of there) {
      life.shared = true;
      life.open(
        createCall(SERVER, OPEN, undefined, (outcome) => {
          if (!(outcome instanceof Failure)) settle(true);
          else if (--waiting === 0) settle(false);
        }),
      );
    }
  });
}
