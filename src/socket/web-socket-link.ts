import type { Frame, Link } from "../link.ts";
import { silence } from "./byte-link.ts";
import { messagePack } from "./codec.ts";
import type { Codec } from "./codec.ts";

/** Options of a link over a WebSocket. */
export interface WebSocketLinkOptions {
  /** How frames become bytes; MessagePack by default. Both sides need the same. */
  codec?: Codec | undefined;
}

/** A WebSocket, as far as it matters here: the platform's, or one of the package `ws`. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  addEventListener(type: "open" | "close", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "error", listener: (event: object) => void): void;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

const OPEN = 1;

/**
 * A link over a WebSocket: each message is a frame.
 *
 * @param socket The platform's, or one of the package `ws`; open, or about to be.
 *
 * @example
 * ```ts
 * import { Session } from "coroutine-channels/link";
 * import { webSocketLink } from "coroutine-channels/socket";
 *
 * function connect(url: string): Session {
 *   return new Session(() => webSocketLink(new WebSocket(url)));
 * }
 * ```
 */
export function webSocketLink(socket: WebSocketLike, options?: WebSocketLinkOptions): Link {
  return new WebSocketLink(socket, options?.codec ?? messagePack);
}

class WebSocketLink implements Link {
  readonly heartbeat: number = silence;
  frameLimit = 2 ** 20;
  readonly #socket: WebSocketLike;
  readonly #codec: Codec;
  #onframe: ((frame: unknown, bytes?: number) => void) | undefined;
  #onclose: ((cause?: unknown) => void) | undefined;
  /** What came in before anybody listened: a WebSocket cannot be paused. */
  #early: unknown[] | undefined = [];
  /** What is sent when it opens. */
  #unopened: Uint8Array[] = [];
  #failure: unknown;
  #closed = false;
  /** The other side, or the network, has closed it. */
  #gone = false;

  constructor(socket: WebSocketLike, codec: Codec) {
    this.#socket = socket;
    this.#codec = codec;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.#open());
    socket.addEventListener("message", ({ data }) => {
      if (this.#early === undefined) this.#hear(data);
      else this.#early.push(data);
    });
    socket.addEventListener("error", (event) => {
      this.#failure ??= (event as { error?: unknown }).error;
    });
    socket.addEventListener("close", () => this.#end());
    // One that is closed already tells nobody.
    if (socket.readyState > OPEN) queueMicrotask(() => this.#end());
  }

  get onframe(): ((frame: unknown, bytes?: number) => void) | undefined {
    return this.#onframe;
  }

  set onframe(listener: ((frame: unknown, bytes?: number) => void) | undefined) {
    this.#onframe = listener;
    if (listener !== undefined && this.#early !== undefined) queueMicrotask(() => this.#catchUp());
  }

  get onclose(): ((cause?: unknown) => void) | undefined {
    return this.#onclose;
  }

  set onclose(listener: ((cause?: unknown) => void) | undefined) {
    this.#onclose = listener;
    if (listener !== undefined && this.#gone) queueMicrotask(() => this.#onclose?.(this.#failure));
  }

  get unsent(): number {
    return this.#socket.bufferedAmount;
  }

  encode(frame: Frame): Uint8Array {
    return this.#codec.encode(frame, this.frameLimit);
  }

  send(frame: Frame | Uint8Array): void {
    if (this.#closed) return;
    const bytes = frame instanceof Uint8Array ? frame : this.encode(frame);
    if (this.#socket.readyState < OPEN) this.#unopened.push(bytes);
    else if (this.#socket.readyState === OPEN) this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  #open(): void {
    for (const bytes of this.#unopened.splice(0)) {
      this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
    }
  }

  /** Somebody listens now. */
  #catchUp(): void {
    const early = this.#early ?? [];
    while (early.length > 0) this.#hear(early.shift());
    this.#early = undefined;
  }

  #hear(data: unknown): void {
    if (this.#closed) return;
    try {
      if (!(data instanceof ArrayBuffer)) throw new TypeError("a message is not binary");
      if (data.byteLength > this.frameLimit) throw new RangeError("a frame is above the limit");
      this.#onframe?.(this.#codec.decode(new Uint8Array(data)), data.byteLength);
    } catch (error) {
      this.#onframe?.(error);
      this.close();
    }
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = this.#closed = true;
    this.#onclose?.(this.#failure);
  }
}
