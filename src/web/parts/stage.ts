import { iteratorOf } from "../../adapters/iterator-of.ts";
import type { Items } from "../../adapters/iterator-of.ts";
import { Sender } from "../../adapters/sender.ts";
import { Source } from "../../adapters/source.ts";
import { Channel } from "../../index.ts";
import type { Client } from "../../index.ts";
import { readableOf } from "./readable-of.ts";
import { writableOf } from "./writable-of.ts";
import type { Demand } from "./writable-of.ts";

/** Makes the two streams of a function: what is written comes in through a client end, and what it gives is read. */
export function streamsOfStage<I, O>(
  stage: (items: Client<I>) => Items<O>,
): ReadableWritablePair<O, I> {
  const written = new Channel<I>();
  const items = written.client();
  const results = iteratorOf(stage(items));
  const sink = new StageSink(written);

  /** The stage takes no more. What it has not heard of yet, an abort of what is written, is told to whoever left. */
  const leaveItems = (reason?: unknown): Promise<unknown> => {
    const left = items.return(reason as undefined);
    left.catch(() => {});
    return left;
  };

  const readable = readableOf<O>((stream) => {
    const leaving = {
      next: () => results.next() as Promise<IteratorResult<O>>,
      async return(reason: unknown): Promise<IteratorResult<O>> {
        // First of all, as the results may be waiting for an item.
        const left = leaveItems(reason);
        await results.return?.(reason);
        await left;
        return { value: undefined, done: true };
      },
    };
    return new Source<O>(leaving, {
      give: (item) => stream.give(item),
      end() {
        void leaveItems();
        stream.end();
      },
      fail(error) {
        sink.fail(error);
        void leaveItems();
        stream.fail(error);
      },
    });
  });
  return { readable, writable: writableOf<I>(sink) };
}

/** What is written is sent by the channel's server, once somebody asks. */
class StageSink<I> implements Demand<I> {
  readonly #written: Channel<I>;
  #controller!: WritableStreamDefaultController;
  #sender: Sender<I> | undefined = undefined;
  /** What the stage has failed with. */
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor(written: Channel<I>) {
    this.#written = written;
  }

  start(controller: WritableStreamDefaultController): void {
    this.#controller = controller;
  }

  async open({ signal }: WritableStreamDefaultController): Promise<void> {
    const server = await this.#written.server({ signal });
    this.#sender = new Sender(server, (error) => this.#controller.error(error));
  }

  write(item: I, { signal }: WritableStreamDefaultController): Promise<void> {
    return this.#sender!.send(item, signal).catch((error: unknown) => {
      throw this.#failure === undefined ? error : this.#failure.error;
    });
  }

  close(): Promise<void> {
    return this.#sender!.close();
  }

  abort(reason: unknown): Promise<void> | void {
    if (this.#sender !== undefined) return this.#sender.abort(reason);
    // Nobody has asked yet: the stage is told when it does, unless it leaves.
    this.#written
      .server()
      .then((server) => server.throw(reason))
      .catch(() => {});
  }

  /** The stage has failed: so has whoever writes. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#controller.error(error);
  }
}
