interface Ports {
  readonly port1: { onmessage: unknown };
  readonly port2: { postMessage(message: unknown): void };
}

/** What of the event loop the runtime has. */
interface EventLoop {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => Ports;
  readonly performance?: { now(): number };
  setTimeout(callback: () => void, milliseconds?: number): unknown;
  clearTimeout(timer: unknown): void;
}

const loop = globalThis as unknown as EventLoop;

/** Milliseconds, from whenever on. */
export function now(): number {
  return loop.performance === undefined ? Date.now() : loop.performance.now();
}

/** Calls back after that many milliseconds, unless the function that it returns is called before. */
export function after(milliseconds: number, callback: () => void): () => void {
  const timer = loop.setTimeout(callback, milliseconds);
  return () => loop.clearTimeout(timer);
}

/** Those who wait for a turn, where turns are taken by messages. */
const waiting: (() => void)[] = [];
let wakeNext: (() => void) | undefined;

/** Resolves in another turn of the event loop, in the order of the calls. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (loop.setImmediate !== undefined) loop.setImmediate(resolve);
    else if (loop.MessageChannel === undefined) loop.setTimeout(resolve);
    else {
      waiting.push(resolve);
      wakeNext ??= messenger(new loop.MessageChannel());
      wakeNext();
    }
  });
}

/** One channel for all, since messages of several may come in any order. */
function messenger({ port1, port2 }: Ports): () => void {
  port1.onmessage = () => waiting.shift()!();
  return () => port2.postMessage(undefined);
}
