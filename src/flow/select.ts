import { onAbort } from "../core/abort.ts";
import { ask } from "../core/ask.ts";
import { Failure } from "../core/settle.ts";
import type { Settle } from "../core/settle.ts";
import type { WaitOptions } from "../end.ts";
import { askableFor } from "./parts/foreign-iterator.ts";
import { wrongType } from "./parts/misuse.ts";

/** What {@link select} waits for: an end of a channel, a reader, or any other async iterator. */
export interface Arm<T, R = unknown> {
  next(): PromiseLike<IteratorResult<T, R>>;
}

/** What {@link select} takes: arms by name. One that is `undefined` is left out. */
export type Arms = Readonly<Record<string, Arm<unknown> | undefined>>;

/** What {@link select} resolves to: of which arm, by its key, and its result. */
export type Selected<A extends Arms> = {
  [K in keyof A]-?: NonNullable<A[K]> extends Arm<infer T, infer R>
    ?
        | { readonly key: K; readonly value: T; readonly done: false }
        | { readonly key: K; readonly value: R; readonly done: true }
    : never;
}[keyof A];

/** Options of {@link select}. */
export interface SelectOptions extends WaitOptions {
  /** Of several arms that are ready, take the one that was taken longest ago, instead of the first in order. */
  fair?: boolean | undefined;
}

/** When a fair selection has last taken something from an arm, counted in selections. */
const lastTaken = new WeakMap<Arm<unknown>, number>();
let selections = 0;

/**
 * Waits for the first of several ends to have an item, and takes that item and no other: what `Promise.race` cannot do,
 * since the calls that lose it have been made, and their items are lost.
 *
 * Exactly one arm gives up an item. The other requests are withdrawn, as with a `receive` that is cancelled: what is
 * under way to them waits for the next call. If several arms are ready, the first in order gives up its item, or, with
 * `fair`, the one that has not for longest. An arm that has ended is ready, too, and stays so: take it out of further
 * selections by setting it to `undefined`. Such an arm is left out.
 *
 * Other async iterators than the ends of this library cannot withdraw a request. Theirs is made once, and what it
 * brings is kept for the next `select` with that iterator: take their items in no other way.
 *
 * Waits until an arm is ready. Cancels with `signal`, and takes no item with it.
 *
 * @param arms Ends of channels, readers, or other async iterators, by name. One may occur twice; it answers by its first
 *   name.
 * @returns The name of the arm, and its result: `{ key, value, done }`.
 * @throws What that arm throws; the reason of `signal`; `TypeError` when all arms are left out, or one is no async iterator.
 *
 * @example
 * ```ts
 * import { produce, select } from "coroutine-channels";
 *
 * const jobs = produce<string>(async (server) => {
 *   await server.send("wash");
 * });
 * const ticks = produce<number>(async (server) => {
 *   await server.send(1);
 * });
 * const first = await select({ job: jobs, tick: ticks });
 * if (first.key === "job" && !first.done) console.log("job:", first.value.toUpperCase()); // => job: WASH
 * const second = await select({ tick: ticks });
 * console.log(second.key, second.value); // => tick 1
 * ```
 */
export async function select<const A extends Arms>(
  arms: A,
  { signal, fair = false }: SelectOptions = {},
): Promise<Selected<A>> {
  if (signal?.aborted) throw signal.reason;
  const present = armsOf(arms);
  if (fair) present.sort(([, a], [, b]) => (lastTaken.get(a) ?? 0) - (lastTaken.get(b) ?? 0));
  return new Promise((resolve, reject) => {
    const withdrawals = new Map<Arm<unknown>, () => void>();
    let over = false;

    /** @param arm The one that has fired, if any. */
    function settle(arm: Arm<unknown> | undefined, how: () => void): void {
      // A request that is withdrawn is rejected.
      if (over) return;
      over = true;
      release?.();
      withdrawals.forEach((withdraw, other) => {
        if (other !== arm) withdraw();
      });
      how();
    }

    const release = signal && onAbort(signal, () => settle(undefined, () => reject(signal.reason)));

    for (const [key, arm] of present) {
      if (over) break;
      if (withdrawals.has(arm)) continue;
      const waits = (withdraw: () => void): void => {
        withdrawals.set(arm, withdraw);
      };
      const answer: Settle = (outcome) => {
        if (outcome instanceof Failure) return settle(arm, () => reject(outcome.error));
        if (fair) lastTaken.set(arm, ++selections);
        const { value, done } = outcome as IteratorResult<unknown>;
        settle(arm, () => resolve({ key, value, done } as Selected<A>));
      };
      try {
        waits(ask(arm, answer, waits) ?? ask(askableFor(arm), answer)!);
      } catch (error) {
        settle(undefined, () => reject(error));
      }
    }
  });
}

/**
 * The arms that are not left out, with their names. Each is read once, since to read it may run foreign code.
 *
 * @throws `TypeError` when there are none, or one is no async iterator.
 */
function armsOf(arms: Arms): [name: string, arm: Arm<unknown>][] {
  const present = Object.entries(arms ?? {}).filter(([, arm]) => arm !== undefined);
  for (const [name, arm] of present as [string, Partial<Arm<unknown>> | null][]) {
    if (typeof arm?.next !== "function") {
      throw wrongType(`The arm "${name}" must be an async iterator`, arm);
    }
  }
  if (present.length === 0) throw new TypeError("select() needs at least one arm");
  return present as [string, Arm<unknown>][];
}
