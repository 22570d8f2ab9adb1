import type { NatsConnection, Subscription } from "@nats-io/nats-core";

import type { Frame, Link } from "../link.ts";
import { messagePack } from "../socket/codec.ts";
import { Connectivity } from "./connectivity.ts";

/** How long a link may be silent, in milliseconds, before the session asks. */
const silence = 10_000;

const nothing = new Uint8Array();

/** A link over two subjects, one each way: each message is a frame, and an empty one says that the link is closed. */
export class SubjectLink implements Link {
  readonly heartbeat: number = silence;
  frameLimit: number = 2 ** 20;
  onclose: ((cause?: unknown) => void) | undefined;
  readonly #connection: NatsConnection;
  readonly #to: string;
  readonly #subscription: Subscription;
  readonly #forget: () => void;
  readonly #arrived: (() => void) | undefined;
  #onframe: ((frame: unknown, bytes?: number) => void) | undefined;
  /** What came in before anybody listened. */
  #early: Uint8Array[] = [];
  #closed = false;

  /**
   * @param from The subject that frames come in on.
   * @param to That which they go out on.
   * @param arrived Is called with each frame that comes in.
   */
  constructor(connection: NatsConnection, from: string, to: string, arrived?: () => void) {
    this.#connection = connection;
    this.#to = to;
    this.#arrived = arrived;
    this.#subscription = connection.subscribe(from, {
      callback: (error, message) => {
        if (error !== null) this.#end(error);
        else if (message.data.length === 0) this.#end(undefined);
        else if (this.#onframe === undefined) this.#early.push(message.data);
        else this.#hear(message.data);
      },
    });
    this.#forget = Connectivity.of(connection).onLost((cause) => this.#end(cause));
  }

  get onframe(): ((frame: unknown, bytes?: number) => void) | undefined {
    return this.#onframe;
  }

  set onframe(listener: ((frame: unknown, bytes?: number) => void) | undefined) {
    this.#onframe = listener;
    if (listener === undefined) return;
    for (const data of this.#early.splice(0)) queueMicrotask(() => this.#hear(data));
  }

  encode(frame: Frame): Uint8Array {
    const most = this.#connection.info?.max_payload ?? Infinity;
    return messagePack.encode(frame, Math.min(this.frameLimit, most));
  }

  send(frame: Frame | Uint8Array): void {
    if (this.#closed) return;
    const bytes = frame instanceof Uint8Array ? frame : this.encode(frame);
    this.#publish(bytes);
  }

  close(): void {
    if (this.#closed) return;
    this.#publish(nothing);
    this.#release();
  }

  #publish(bytes: Uint8Array): void {
    if (!Connectivity.of(this.#connection).up || this.#connection.isClosed()) return;
    try {
      this.#connection.publish(this.#to, bytes);
    } catch (error) {
      // The session is in the middle of something else.
      queueMicrotask(() => this.#end(error));
    }
  }

  #hear(data: Uint8Array): void {
    if (this.#closed) return;
    this.#arrived?.();
    try {
      if (data.length > this.frameLimit) throw new RangeError("a frame is above the limit");
      this.#onframe?.(messagePack.decode(data), data.length);
    } catch (error) {
      this.#onframe?.(error);
      this.close();
    }
  }

  #end(cause: unknown): void {
    if (this.#closed) return;
    this.#release();
    this.onclose?.(cause);
  }

  #release(): void {
    this.#closed = true;
    this.#forget();
    if (!this.#connection.isClosed()) this.#subscription.unsubscribe();
  }
}
