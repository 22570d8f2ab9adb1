/** Time and chance, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds, from whenever on. */
  now(): number;
  /** Calls `act` after so many milliseconds, in a turn of its own. @returns Takes that back. */
  after(milliseconds: number, act: () => void): () => void;
  /** A number from 0 to 1. */
  random(): number;
}

interface Platform {
  performance: { now(): number };
  readonly setImmediate?: (act: () => void) => unknown;
  readonly clearImmediate?: (timer: unknown) => void;
  setTimeout(act: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The platform's. */
export const platformClock: Clock = {
  now: () => (globalThis as unknown as Platform).performance.now(),
  after(milliseconds, act) {
    const platform = globalThis as unknown as Platform;
    if (milliseconds === 0 && platform.setImmediate !== undefined) {
      const immediate = platform.setImmediate(act);
      return () => platform.clearImmediate?.(immediate);
    }
    // What does not fit into 31 bits would be over at once.
    const timer = milliseconds < 2 ** 31 ? platform.setTimeout(act, milliseconds) : undefined;
    return () => platform.clearTimeout(timer);
  },
  random: () => Math.random(),
};
