/** What is still held after the garbage has been collected. Needs `--expose-gc`, and counts no time. */

import { settled } from "./settled.ts";

/** At most this much more, in bytes, for all calls together: where there are many, a few bytes for each would be more. */
export const FLAT = 3_000_000;

/**
 * After so many turns of the event loop at the latest, what can be collected has been: what the compiler of the engine is
 * at work on, in a thread of its own, may be held for some of them.
 */
const TURNS = 100;

function collect(): void {
  if (globalThis.gc === undefined) throw new Error("Could not collect garbage without --expose-gc");
  globalThis.gc();
}

/** The heap in use, in bytes, without garbage. */
export async function heap(): Promise<number> {
  await settled();
  collect();
  await settled();
  collect();
  return process.memoryUsage().heapUsed;
}

/** Objects of which it is only asked whether they are still there. */
export class Watched {
  #references: WeakRef<object>[] = [];

  /** @returns The object itself. */
  add<T extends object>(thing: T): T {
    this.#references.push(new WeakRef(thing));
    return thing;
  }

  /**
   * How many are alive. A weak reference holds on to what it has shown, until the turn is over.
   *
   * @param expected Where no fewer are expected, it need not be waited for.
   */
  async alive(expected = 0): Promise<number> {
    for (let i = 0; i < TURNS && this.#references.length > expected; i++) {
      await settled();
      collect();
      this.#references = this.#references.filter((one) => one.deref() !== undefined);
    }
    return this.#references.length;
  }
}

/** Whether an object is gone. */
export async function gone(thing: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < TURNS && thing.deref() !== undefined; i++) {
    await settled();
    collect();
  }
  return thing.deref() === undefined;
}
