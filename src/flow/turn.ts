/** What of the event loop the runtime has. */
interface EventLoop {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: unknown; close(): void };
    readonly port2: { postMessage(message: unknown): void };
  };
  readonly performance?: { now(): number };
  setTimeout(callback: () => void): unknown;
}

const loop = globalThis as unknown as EventLoop;

/** Milliseconds, from whenever on. */
export function now(): number {
  return loop.performance === undefined ? Date.now() : loop.performance.now();
}

/** Resolves in another turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (loop.setImmediate !== undefined) loop.setImmediate(resolve);
    else if (loop.MessageChannel === undefined) loop.setTimeout(resolve);
    else {
      const { port1, port2 } = new loop.MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }
  });
}
