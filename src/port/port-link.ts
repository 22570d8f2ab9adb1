import type { Frame, Link } from "../link.ts";
import { transferred } from "./transfer.ts";
import { awaitLock, holdLock, needsLocks } from "./web-lock.ts";

/** Where messages go to and come from: a `MessagePort`, a `Worker`, `parentPort`, or a worker's own `self`. */
export interface PortLike {
  postMessage(message: unknown, transfer?: never[]): void;
  start?(): void;
  close?(): void;
}

/** Node's. */
interface Emitter {
  on(name: string, listener: (value: never) => void): unknown;
  off(name: string, listener: (value: never) => void): unknown;
}

/** What links tell each other beside frames: that one is closed, or else the name of its lock. */
const closedNote = "closed";

/**
 * A link over a port: values are cloned, or moved, by the platform.
 *
 * Make it in the turn in which the worker is started, or the port has arrived, for messages that come before are lost. A
 * port cannot resume: when it is dead, its other side is.
 *
 * @param port A `MessagePort`, a `Worker`, a worker's `parentPort` or `self`, the port of a `SharedWorker`. For a window,
 *   pass one port of a `MessageChannel` to it, having checked its origin, and use the other.
 *
 * @example
 * ```ts
 * import { Session } from "coroutine-channels/link";
 * import { portLink } from "coroutine-channels/port";
 *
 * const { port1, port2 } = new MessageChannel();
 * new Session(portLink(port1)).serve<number>("numbers", async (server) => {
 *   for (let i = 1; i <= 2; i++) await server.send(i);
 * });
 * const session = new Session(portLink(port2));
 * for await (const i of session.client<number>("numbers")) console.log(i);
 * // => 1
 * // => 2
 * await session.close();
 * ```
 */
export function portLink(port: PortLike): Link {
  return new PortLink(port);
}

class PortLink implements Link {
  onclose: ((cause?: unknown) => void) | undefined;
  readonly #port: PortLike;
  #onframe: ((frame: unknown) => void) | undefined;
  #closed = false;
  /** Whether anything has come in. */
  #heard = false;
  /** What waits until this side holds its lock: with the first that it says, the other side knows that. */
  #waiting: unknown[] | undefined;
  /** Undoes what keeps the link, and what waits for its other side. */
  #undo: (() => void)[] = [];
  #failure: unknown;

  constructor(port: PortLike) {
    this.#port = port;
  }

  get onframe(): ((frame: unknown) => void) | undefined {
    return this.#onframe;
  }

  set onframe(listener: ((frame: unknown) => void) | undefined) {
    const first = this.#onframe === undefined && this.#undo.length === 0;
    this.#onframe = listener;
    if (listener !== undefined && first && !this.#closed) this.#listen();
  }

  send(frame: Frame | Uint8Array): void {
    if (this.#closed) return;
    const transfer = frame instanceof Uint8Array ? undefined : transferred(frame);
    if (this.#waiting === undefined) this.#port.postMessage(frame, transfer as never[]);
    else this.#waiting.push(structuredClone(frame, { transfer: (transfer ?? []) as Transferable[] }));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    this.#port.postMessage(closedNote);
    this.#release();
  }

  #listen(): void {
    const fail = (error: unknown): void => {
      this.#failure ??= error;
    };
    this.#on("message", (data) => this.#hear(data));
    this.#on("messageerror", () => {
      this.#onframe?.(new TypeError("a message cannot be cloned here"));
    });
    this.#on("close", () => this.#end());
    if ("on" in this.#port) {
      this.#on("error", fail);
      this.#on("exit", (code) => {
        if (code !== 0) fail(new Error(`The worker has ended with code ${String(code)}`));
        this.#end();
      });
    } else {
      // Later, an error that nobody has caught does not end a worker.
      this.#on("error", () => {
        if (this.#heard) return;
        fail(new Error("The worker could not be started"));
        this.#end();
      });
    }
    this.#port.start?.();
    if (!needsLocks(this.#port)) return;
    this.#waiting = [];
    const release = holdLock((name) => {
      if (this.#closed) return;
      if (name !== undefined) this.#port.postMessage(name);
      this.#flush();
    });
    this.#undo.push(release);
  }

  #flush(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const frame of waiting) this.#port.postMessage(frame);
  }

  /** Listens to an event of the platform's kind: with its value, or with an event that holds it. */
  #on(name: string, listener: (value: unknown) => void): void {
    if ("on" in this.#port) {
      const port = this.#port as unknown as Emitter;
      port.on(name, listener);
      this.#undo.push(() => port.off(name, listener));
      return;
    }
    const port = this.#port as unknown as EventTarget;
    const hear = (event: Event): void => listener((event as MessageEvent<unknown>).data);
    port.addEventListener(name, hear);
    this.#undo.push(() => port.removeEventListener(name, hear));
  }

  #hear(data: unknown): void {
    this.#heard = true;
    if (typeof data !== "string") this.#onframe?.(data);
    else if (data === closedNote) this.#end();
    else this.#undo.push(awaitLock(data, () => this.#end()));
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    this.onclose?.(this.#failure);
  }

  #release(): void {
    for (const undo of this.#undo.splice(0)) undo();
    // What cannot be started is a worker, or the inside of one, which goes on.
    if (this.#port.start !== undefined) this.#port.close?.();
  }
}
