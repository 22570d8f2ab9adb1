/** Carries bytes both ways: what a link needs of Node's streams and of the web's. */
export interface Duplex {
  /** How many bytes have been written and not been taken. */
  readonly unsent: number;
  /** Begins to read. `ended` is called once, when nothing more will come. */
  listen(hear: (bytes: Uint8Array) => void, ended: (cause?: unknown) => void): void;
  write(bytes: Uint8Array<ArrayBuffer>): void;
  /** Ends it, after what has been written. */
  end(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** A Node stream that can be read, as far as it matters here. */
export interface NodeReadable {
  resume(): unknown;
  destroy(error?: Error): unknown;
}

/** A Node stream that can be written. */
export interface NodeWritable {
  readonly writableLength: number;
  write(bytes: Uint8Array): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
}

/** A TCP socket, as far as it is more than a stream. */
interface Hurried {
  /** Sends what is written at once, without waiting for more. */
  setNoDelay?(): unknown;
}

/** What both are. Its type is not asked of users, since its overloads differ from stream to stream. */
interface Emitter {
  on(event: string, listener: (value: never) => void): unknown;
}

/** A Node stream that goes both ways: a socket. */
export type NodeDuplex = NodeReadable & NodeWritable;

/** Two streams of Node's: what a child process has as its `stdout` and `stdin`. */
export interface NodePair {
  readonly readable: NodeReadable;
  readonly writable: NodeWritable;
}

/** Two streams of the web's. */
export interface WebPair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/** How long the other side may take to close its half, in milliseconds. */
const farewell = 5000;

/** @throws `TypeError` for what carries no bytes both ways. */
export function duplexOf(streams: NodeDuplex | NodePair | WebPair): Duplex {
  const { readable, writable } = streams as WebPair;
  if (isNode(streams)) return new NodeStreams(streams as NodeDuplex, streams as NodeDuplex);
  if (isNode(readable) && isNode(writable)) {
    return new NodeStreams(
      readable as unknown as NodeReadable,
      writable as unknown as NodeWritable,
    );
  }
  if (typeof readable?.getReader !== "function" || typeof writable?.getWriter !== "function") {
    throw new TypeError(
      "A link over bytes needs a duplex stream, or { readable, writable }, two streams of bytes",
    );
  }
  return new WebStreams(readable.getReader(), writable.getWriter());
}

function isNode(stream: unknown): boolean {
  return typeof (stream as Partial<Emitter> | undefined)?.on === "function";
}

class NodeStreams implements Duplex {
  readonly #readable: NodeReadable & Emitter;
  readonly #writable: NodeWritable & Emitter;
  #destroyed = false;

  constructor(readable: NodeReadable, writable: NodeWritable) {
    this.#readable = readable as NodeReadable & Emitter;
    this.#writable = writable as NodeWritable & Emitter;
    // An error is told once it is listened to; until then it must not end the process.
    const ignore = (): void => {};
    this.#readable.on("error", ignore);
    this.#writable.on("error", ignore);
    // A turn's frames are written together already: to wait for more would hold up answers, often for 40 ms.
    (this.#writable as Hurried).setNoDelay?.();
  }

  get unsent(): number {
    return this.#writable.writableLength;
  }

  listen(hear: (bytes: Uint8Array) => void, ended: (cause?: unknown) => void): void {
    let failure: unknown;
    const fail = (error: unknown): void => {
      failure ??= error;
    };
    const end = (): void => {
      ended(failure);
      this.destroy();
    };
    for (const stream of new Set([this.#readable, this.#writable])) {
      stream.on("error", fail);
      stream.on("close", end);
    }
    this.#readable.on("end", end);
    this.#readable.on("data", hear);
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#writable.write(bytes);
  }

  end(): void {
    this.#writable.end();
    this.#readable.resume();
    const timer: unknown = setTimeout(() => this.destroy(), farewell);
    (timer as { unref?(): void }).unref?.();
  }

  destroy(): void {
    // A process's own standard output tells that it has closed each time that it is destroyed.
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#readable.destroy();
    this.#writable.destroy();
  }
}

class WebStreams implements Duplex {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  unsent = 0;

  constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  ) {
    this.#reader = reader;
    this.#writer = writer;
    const ignore = (): void => {};
    reader.closed.catch(ignore);
    writer.closed.catch(ignore);
  }

  listen(hear: (bytes: Uint8Array) => void, ended: (cause?: unknown) => void): void {
    this.#writer.closed.then(
      () => {},
      (error: unknown) => ended(error),
    );
    this.#read(hear).then(() => ended(), ended);
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    this.unsent += bytes.length;
    const taken = (): void => {
      this.unsent -= bytes.length;
    };
    this.#writer.write(bytes).then(taken, taken);
  }

  end(): void {
    this.#writer.close().catch(() => {});
    setTimeout(() => this.destroy(), farewell);
  }

  destroy(): void {
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }

  async #read(hear: (bytes: Uint8Array) => void): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      hear(value);
    }
  }
}
