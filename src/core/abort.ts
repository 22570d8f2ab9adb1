import type { AbortSignal } from "./platform.ts";
import { Failure } from "./settle.ts";
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

/**
 * Calls `listener` when `signal` aborts, until the function that it returns is called.
 *
 * @throws `TypeError` for what is no signal.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== "function") {
    throw new TypeError("`signal` is no AbortSignal: pass `controller.signal`");
  }
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

/**
 * Calls `cancel` with the reason when `signal` aborts, unless `call` has been settled before. The signal may run code of its
 * own, and so nothing may have come of the call yet.
 *
 * @returns Whether the call may be made: it fails if what was given as a signal is none.
 */
export function cancelOnAbort(
  call: { settle: Settle },
  signal: AbortSignal,
  cancel: (reason: unknown) => void,
): boolean {
  try {
    beforeSettling(
      call,
      onAbort(signal, () => cancel(signal.reason)),
    );
    return true;
  } catch (error) {
    call.settle(new Failure(error));
    return false;
  }
}

export function beforeSettling(call: { settle: Settle }, act: () => void): void {
  const { settle } = call;
  call.settle = (outcome) => {
    act();
    settle(outcome);
  };
}
