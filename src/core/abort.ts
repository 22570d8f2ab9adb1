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

/** A function that settles a promise. */
export type Settle = (outcome: unknown) => void;

/** Calls `cancel` when `signal` aborts, unless `call` has been settled before. */
export function cancelOnAbort(
  call: { resolve: Settle; reject: Settle },
  signal: AbortSignal,
  cancel: () => void,
): void {
  const { resolve, reject } = call;
  const release = onAbort(signal, cancel);
  call.resolve = (answer) => {
    release();
    resolve(answer);
  };
  call.reject = (error) => {
    release();
    reject(error);
  };
}

/** Waits for `turn`, which always comes, unless `signal` aborts before. */
export function unlessAborted(
  turn: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal === undefined) return turn;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const call = { resolve, reject };
    cancelOnAbort(call, signal, () => call.reject(signal.reason));
    void turn.then(call.resolve);
  });
}
