import type { AbortSignal, Channel, Client } from "../index.ts";
import { has, shown } from "./iterator-of.ts";
import { Source } from "./source.ts";
import type { Question, Taker } from "./source.ts";

/** The two streams that a {@link Conversation} is held through. */
export interface Streams<T> extends Taker<T> {
  /** A chunk is wanted, and none has been brought. */
  want(): void;
  /** The chunk that was handed over has been answered. */
  answered(): void;
}

/**
 * What is written and what is read are one client's conversation with a server: the first request brings nothing, each
 * later one a chunk, and the answer is what is read. It takes a reader who waits for a request to be made.
 *
 * An answer of `undefined`, which is what a server's `receive` sends, is none.
 */
export class Conversation<T, U> implements Taker<T> {
  readonly #streams: Streams<T>;
  readonly #client: Source<T>;
  /** Aborts when the channel has ended: no chunk is needed then to hear of it. */
  readonly #ended: AbortSignal;
  #begun = false;
  #chunk: { readonly value: U } | undefined = undefined;
  /** Whether a chunk waits for its answer. */
  #handed = false;
  /** Whether somebody waits to read. */
  #wanted = false;
  /** Once there are no more chunks: how the client takes leave. */
  #leave: Question[] | undefined = undefined;

  constructor(client: Client<T, U, unknown>, streams: Streams<T>) {
    this.#streams = streams;
    this.#client = new Source(client, this);
    this.#ended = client.signal;
    this.#ended.addEventListener("abort", () => this.advance(), { once: true });
  }

  /** Whether the server has returned, or has been left. */
  get over(): boolean {
    return this.#client.over;
  }

  /** Makes the next request, if somebody waits to read its answer and there is something to bring; else says what is missing. */
  advance(): void {
    const client = this.#client;
    if (!this.#wanted || client.asked || client.over) return;
    if (!this.#begun || this.#ended.aborted) {
      this.#begun = true;
      client.ask();
      return;
    }
    const chunk = this.takeBack();
    if (chunk !== undefined) {
      this.#handed = true;
      client.ask("next", chunk.value);
    } else if (this.#leave !== undefined) client.ask(...(this.#leave.shift() ?? []));
    else this.#streams.want();
  }

  /** Somebody waits to read. */
  read(): void {
    this.#wanted = true;
    this.advance();
  }

  /** A chunk is there. The next may come when this has been answered. */
  bring(value: U): void {
    this.#chunk = { value };
    this.advance();
  }

  /** There are no more chunks, so that the client leaves. */
  finish(): void {
    this.#leave = [["return"]];
    this.advance();
  }

  /** There are no more chunks, for a reason that is thrown where the server waits for one. */
  abort(reason: unknown): void {
    this.#leave = [["throw", reason], ["return"]];
    this.advance();
  }

  /** Nobody reads any more. */
  leave(reason: unknown): Promise<void> {
    return this.#client.leave(reason);
  }

  /** @returns The chunk that has not been handed over, if there is one. */
  takeBack(): { readonly value: U } | undefined {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    return chunk;
  }

  give(item: T): void {
    this.#wanted = item === undefined;
    this.#settle();
    if (item !== undefined) this.#streams.give(item);
    this.advance();
  }

  end(): void {
    this.#settle();
    this.#streams.end();
  }

  fail(error: unknown): void {
    this.#streams.fail(error);
  }

  #settle(): void {
    if (this.#handed) this.#streams.answered();
    this.#handed = false;
  }
}

/**
 * @returns The client end of a channel that streams are to be made of.
 * @throws `TypeError` for what is no channel, which says what to pass instead.
 */
export function clientOfChannel<T, U>(channel: Channel<T, U, unknown>): Client<T, U, unknown> {
  if (has(channel, "client")) return channel.client();
  throw new TypeError(
    `Could not converse with ${shown(channel)}: pass a channel itself, not an end of it (or a function, where that makes a stage)`,
  );
}
