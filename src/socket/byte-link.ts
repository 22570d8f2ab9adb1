import type { Frame, Link } from "../link.ts";
import { messagePack } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { duplexOf } from "./duplex.ts";
import type { Duplex, NodeDuplex, NodePair, WebPair } from "./duplex.ts";
import { FrameReader, withLengths } from "./framing.ts";

/** Options of a link over bytes. */
export interface ByteLinkOptions {
  /** How frames become bytes; MessagePack by default. Both sides need the same. */
  codec?: Codec | undefined;
}

/** How long a link over bytes may be silent, in milliseconds, before the session asks. */
export const silence = 10_000;

/**
 * A link over anything that carries bytes both ways: a TCP, Unix or TLS socket, the standard input and output of a child
 * process, a pair of web streams.
 *
 * @param streams A duplex stream of Node's, or `{ readable, writable }`: two of Node's, such as a child's `stdout` and
 *   `stdin`, or two of the web's.
 * @throws `TypeError` for anything else.
 *
 * @example
 * ```ts
 * import { createServer, connect } from "node:net";
 * import { Host, Session } from "coroutine-channels/link";
 * import { byteLink } from "coroutine-channels/socket";
 *
 * const host = new Host({
 *   open: (session) => session.serve<string>("greet", async (server) => {
 *     await server.send("Hello");
 *   }),
 * });
 * const listener = createServer((socket) => host.accept(byteLink(socket)));
 * await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
 * const { port } = listener.address() as import("node:net").AddressInfo;
 *
 * const session = new Session(() => byteLink(connect(port, "127.0.0.1")));
 * console.log(await session.client<string>("greet").receive()); // => Hello
 * await session.close();
 * await host.close();
 * listener.close();
 * ```
 */
export function byteLink(
  streams: NodeDuplex | NodePair | WebPair,
  options?: ByteLinkOptions,
): Link {
  return new ByteLink(duplexOf(streams), options?.codec ?? messagePack);
}

class ByteLink implements Link {
  readonly heartbeat: number = silence;
  onclose: ((cause?: unknown) => void) | undefined;
  frameLimit = 2 ** 20;
  readonly #duplex: Duplex;
  readonly #codec: Codec;
  readonly #reader: FrameReader = new FrameReader();
  #onframe: ((frame: unknown, bytes?: number) => void) | undefined;
  #listens = false;
  #closed = false;
  /** What is written at the end of the turn, and how many bytes that is. */
  #outgoing: Uint8Array[] = [];
  #waiting = 0;

  constructor(duplex: Duplex, codec: Codec) {
    this.#duplex = duplex;
    this.#codec = codec;
  }

  get onframe(): ((frame: unknown, bytes?: number) => void) | undefined {
    return this.#onframe;
  }

  set onframe(listener: ((frame: unknown, bytes?: number) => void) | undefined) {
    this.#onframe = listener;
    if (this.#listens || listener === undefined) return;
    this.#listens = true;
    this.#duplex.listen(
      (chunk) => this.#hear(chunk),
      (cause) => this.#end(cause),
    );
  }

  get unsent(): number {
    return this.#waiting + this.#duplex.unsent;
  }

  encode(frame: Frame): Uint8Array {
    return this.#codec.encode(frame, this.frameLimit);
  }

  send(frame: Frame | Uint8Array): void {
    if (this.#closed) return;
    const bytes = frame instanceof Uint8Array ? frame : this.encode(frame);
    if (this.#outgoing.length === 0) queueMicrotask(() => this.#flush());
    this.#outgoing.push(bytes);
    this.#waiting += 4 + bytes.length;
  }

  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#duplex.end();
  }

  #flush(): void {
    if (this.#closed || this.#outgoing.length === 0) return;
    const frames = this.#outgoing;
    this.#outgoing = [];
    this.#waiting = 0;
    this.#duplex.write(withLengths(frames));
  }

  #hear(chunk: Uint8Array): void {
    if (this.#closed) return;
    try {
      for (const bytes of this.#reader.read(chunk, () => this.frameLimit)) {
        this.#onframe?.(this.#codec.decode(bytes), bytes.length);
        if (this.#closed) return;
      }
    } catch (error) {
      // The session has to know that what comes in makes no sense, and why.
      this.#onframe?.(error);
      this.#end(error);
    }
  }

  #end(cause: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#duplex.destroy();
    this.onclose?.(cause);
  }
}
