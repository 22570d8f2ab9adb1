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

/** Calls `listener` when `signal` aborts, until the function that it returns is called. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener("abort", listener);
  return () => signal.removeEventListener("abort", listener);
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
