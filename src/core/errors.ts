/** What a {@link ChannelClosed} tells about the end of a channel. */
export interface ChannelClosedOptions {
  /** What the other end returned; `undefined` where it returned nothing. */
  value?: unknown;
  /** Whether the call's own value never reached the other end. */
  undelivered?: boolean;
  /** The error or abort reason that ended the channel. */
  cause?: unknown;
  /** Which end is gone, for the person who reads it. */
  message?: string | undefined;
}

/**
 * Rejects a `send` or `receive` that nobody will answer, because the channel has ended.
 *
 * It is the mirror of `{ done: true }`, for callers who speak in plain values. A body passed to `serve` or `produce`
 * is unwound by it when its client leaves; letting it pass is how a body takes leave in return.
 *
 * @example
 * ```ts
 * import { Channel, ChannelClosed } from "coroutine-channels";
 *
 * const channel = new Channel<string>();
 * const client = channel.client();
 * await client.return();
 * await client.receive().catch((error) => console.log(error instanceof ChannelClosed)); // => true
 * ```
 */
export class ChannelClosed extends Error {
  static {
    brand(this, "ChannelClosed");
  }

  /** What the other end returned: the `value` of its last result. */
  readonly value: unknown;

  /** `true` if the value of the rejected `send` never reached the other end, `false` if it had been handed over. */
  readonly undelivered: boolean;

  constructor({
    value,
    undelivered = false,
    cause,
    message = "The channel has ended",
  }: ChannelClosedOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.value = value;
    this.undelivered = undelivered;
  }

  /**
   * Swallows a `ChannelClosed` and rethrows everything else: a rejection handler for a routine whose work is done when
   * its channel is.
   *
   * @param error What the routine rejected with.
   * @throws `error`, unless it is a `ChannelClosed`.
   *
   * @example
   * ```ts
   * import { Channel, ChannelClosed } from "coroutine-channels";
   *
   * const channel = new Channel<void, number>();
   * const client = channel.client();
   * const counting = (async () => {
   *   for (let i = 0; ; i++) await client.send(i);
   * })().catch(ChannelClosed.ignore);
   *
   * await channel.serve(async (server) => console.log(await server.receive(), await server.receive())); // => 0 1
   * await counting;
   * ```
   */
  static ignore(this: void, error: unknown): void {
    if (!(error instanceof ChannelClosed)) throw error;
  }
}

/**
 * Rejects a call that would be one too many to wait on one end: see `limit` of {@link ChannelOptions}.
 *
 * More than a few waiting calls on one end are nearly always a loop that forgot its `await`.
 */
export class ChannelOverflow extends Error {
  static {
    brand(this, "ChannelOverflow");
  }

  constructor(limit: number, name?: string) {
    const channel = name === undefined ? "the channel" : `"${name}"`;
    super(
      `Too many calls wait on this end of ${channel} (limit ${limit}). Is an \`await\` missing?`,
    );
  }
}

/**
 * Names the errors of a class, and makes `instanceof` hold for those of another copy of this package in the program, too.
 * The name is spelt out, since bundlers shorten those of classes.
 */
export function brand(type: { readonly prototype: Error }, name: string): void {
  const { prototype } = type;
  const mark = Symbol.for(`coroutine-channels.${name}`);
  prototype.name = name;
  Object.defineProperty(prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // A subclass knows its own.
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this as never, value);
      return typeof value === "object" && value !== null && mark in value;
    },
  });
}
