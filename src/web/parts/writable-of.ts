/** What a writable stream writes to. */
export interface Demand<T> {
  start(controller: WritableStreamDefaultController): void;
  /** Waits until the first chunk is wanted. */
  open(controller: WritableStreamDefaultController): Promise<void>;
  /** Waits until the chunk has been taken and another is wanted. */
  write(chunk: T, controller: WritableStreamDefaultController): Promise<void>;
  close(): Promise<void> | void;
  abort(reason: unknown): Promise<void> | void;
}

/**
 * Makes a web stream to which nothing is written before somebody asks. A stream takes its first chunk before it can say
 * that none is wanted, which is why the first write of this one brings none, and waits until one is.
 */
export function writableOf<T>(sink: Demand<T>): WritableStream<T> {
  let opened = false;
  const writable = new WritableStream<T>(
    {
      start: (controller) => sink.start(controller),
      write(chunk, controller) {
        if (opened) return sink.write(chunk, controller);
        opened = true;
        return sink.open(controller);
      },
      close: () => sink.close(),
      abort: (reason) => sink.abort(reason),
    },
    { highWaterMark: 1 },
  );
  const writer = writable.getWriter();
  writer.write(undefined as T).catch(() => {});
  writer.releaseLock();
  return writable;
}
