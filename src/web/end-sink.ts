import type { Server, Writer } from "../index.ts";

/** An end that items can be sent with. */
export type SendingEnd<T> = Server<T, unknown, unknown> | Writer<T>;

/** What a writable stream writes to: each chunk is sent as an item. */
export class EndSink<T> implements UnderlyingSink<T> {
  readonly #end: SendingEnd<T>;
  #unlisten: () => void = () => {};

  constructor(end: SendingEnd<T>) {
    this.#end = end;
  }

  start(controller: WritableStreamDefaultController): void {
    const { signal } = this.#end;
    const left = (): void => controller.error(signal.reason);
    if (signal.aborted) left();
    else {
      signal.addEventListener("abort", left, { once: true });
      this.#unlisten = () => signal.removeEventListener("abort", left);
    }
  }

  async write(item: T, controller: WritableStreamDefaultController): Promise<void> {
    const end = this.#end;
    try {
      await end.send(item, { signal: controller.signal });
    } catch (error) {
      // An error that the other end threw: as in a generator that does not catch it, all is over.
      if (!controller.signal.aborted && !end.signal.aborted) await this.abort(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#unlisten();
    await this.#end.return(undefined);
  }

  async abort(reason: unknown): Promise<void> {
    this.#unlisten();
    await this.#end.throw(reason);
  }
}
