/** Waiting and looking without clocks. */

// Taken now, so that fake timers of a test cannot stop them.
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
const { MessageChannel } = globalThis;

/**
 * Resolves in the next turn of the event loop: when every microtask has run, however many followed
 * from one another. What is still pending then waits for somebody.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

export type State<T> = "pending" | { readonly value: T } | { readonly error: unknown };

/**
 * What has become of a promise so far. Looking counts as handling: a rejection that only `state` has
 * seen is not reported as unhandled.
 */
export function state<T>(promise: PromiseLike<T>): Promise<State<T>> {
  return Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    // One microtask later than the reaction above, which must win if the promise has settled.
    Promise.resolve()
      .then(() => undefined)
      .then(() => "pending" as const),
  ]);
}
