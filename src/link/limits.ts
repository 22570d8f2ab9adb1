/** What a side bears of the other. */
export interface Limits {
  /** The longest frame, in bytes; 1 MiB by default. It is read from the length, before anything is kept. */
  frame?: number | undefined;
  /** How many channels the other side may have open; 256 by default. One more is refused with a `RangeError`. */
  channels?: number | undefined;
  /** How many items of a stream may have been asked for and not delivered; 65,536 by default. */
  ahead?: number | undefined;
  /**
   * How many bytes may wait for the other side to read them, in all; 8 MiB by default. Streams pause at half of it; what
   * cannot pause ends the session there.
   */
  unread?: number | undefined;
  /** How long the other side may take to say HELLO, in milliseconds; 10,000 by default. */
  handshake?: number | undefined;
}

/** All limits, each with a value. */
export type AllLimits = { readonly [K in keyof Limits]-?: number };

const defaults: AllLimits = {
  frame: 2 ** 20,
  channels: 256,
  ahead: 65_536,
  unread: 8 * 2 ** 20,
  handshake: 10_000,
};

/** @throws `RangeError` for what is no time. */
export function assertTime(name: string, milliseconds: number | undefined): void {
  if (milliseconds !== undefined && !(milliseconds >= 0)) {
    throw new RangeError(`"${name}" is a number of milliseconds, 0 or more: ${milliseconds}`);
  }
}

/** @throws `RangeError` for a limit that is none. */
export function withDefaults(limits: Limits = {}): AllLimits {
  const all: Record<keyof Limits, number> = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Limits)[]) {
    const limit = limits[name] ?? all[name];
    if (!(limit > 0))
      throw new RangeError(`The limit "${name}" must be a number above 0: ${limit}`);
    all[name] = limit;
  }
  return all;
}
