import { fail } from "./settle.ts";
import type { Settle } from "./settle.ts";

interface MinimalAbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's `AbortSignal` where its types are loaded, and what the library needs of one where they are not. */
export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform
  : MinimalAbortSignal;

/** Who waits for a signal, which has one listener for all of them, since runtimes take many for a leak. */
class Audience extends Set<() => void> {
  readonly tell = (): void => {
    try {
      for (const listener of this) {
        this.delete(listener);
        listener();
      }
    } finally {
      // One that throws keeps nobody from being told.
      if (this.size > 0) this.tell();
    }
  };
}

const audiences = new WeakMap<AbortSignal, Audience>();

/** Calls `listener` when `signal` aborts, until the function that it returns is called. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const audience = audiences.get(signal) ?? new Audience();
  if (audience.size === 0) {
    audiences.set(signal, audience);
    signal.addEventListener("abort", audience.tell);
  }
  audience.add(listener);
  return () => {
    audience.delete(listener);
    if (audience.size === 0) signal.removeEventListener("abort", audience.tell);
  };
}

/** Calls `cancel` when `signal` aborts, unless `call` has been settled before. */
export function cancelOnAbort(
  call: { settle: Settle },
  signal: AbortSignal,
  cancel: () => void,
): void {
  const { settle } = call;
  const release = onAbort(signal, cancel);
  call.settle = (outcome) => {
    release();
    settle(outcome);
  };
}

/** Waits for `turn`, which always comes, unless `signal` aborts before. */
export function unlessAborted(
  turn: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal === undefined) return turn;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((settle) => {
    const call = { settle };
    cancelOnAbort(call, signal, () => fail(call, signal.reason));
    void turn.then(call.settle);
  });
}
