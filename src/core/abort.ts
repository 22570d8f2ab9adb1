import type { AbortSignal } from "./platform.ts";
import type { Settle } from "./settle.ts";

/** All who listen to one signal. They share a single listener, because runtimes report many as a leak. */
class Audience extends Set<() => void> {
  readonly tell = (): void => {
    let thrown: { readonly error: unknown } | undefined;
    for (const listener of this) {
      this.delete(listener);
      try {
        listener();
      } catch (error) {
        thrown ??= { error }; // keeps nobody else from being told
      }
    }
    if (thrown !== undefined) throw thrown.error;
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
