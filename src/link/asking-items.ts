import type { Writer } from "../index.ts";
import type { Transfer } from "../stream/machine/transfer.ts";
import { AskingParty } from "./asking-party.ts";
import type { Called, Opener } from "./asking-party.ts";
import { ASK, DONE, FAIL, ITEMS, LEAVE, STREAM, THROW, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";

/** How many items are asked for at most, when as many are wanted as there are to come. */
const window = 16_384;

/**
 * The reader's side of a stream on the wire: what the near reader wants, and what it may have beyond, is asked for, and what
 * comes in is written to it.
 */
export class AskingItems extends AskingParty {
  readonly #prefetch: number;
  readonly #stream: Transfer<unknown>;
  #writer!: Writer<unknown>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  /** How many items have been asked for and have not come. */
  #due = 0;
  /** What has come and has not been written. */
  #stock: unknown[] = [];
  /** How many items are being written, of which the reader may have taken some; nothing, if none are. */
  #writing: number | undefined;
  /** How often the reader has left: a body may go on from its `finally`. */
  #leaves = 0;
  /** Whether it will be looked at in a moment how many items to ask for. */
  #looking = false;

  constructor(line: Opener, called: Called, prefetch: number, stream: Transfer<unknown>) {
    super(line, called);
    this.#prefetch = prefetch;
    this.#stream = stream;
  }

  /** Runs as the body of the near stream. @returns Resolves, or rejects, as the far stream ends. */
  run(writer: Writer<unknown>): Promise<void> {
    this.#writer = writer;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.begin();
    });
  }

  start(ch: number): void {
    this.#due = Math.max(1, this.#missing);
    this.#stream.changed = () => this.#lookSoon();
    this.open(ch, STREAM, this.#due, undefined);
  }

  refuse(error: unknown): void {
    if (this.#end(error)) this.#reject(error);
  }

  /** The reader leaves, unless it is the stream's signal that has ended it. */
  leave(value: unknown): void {
    if (this.over || this.aborted) return;
    if (this.ch === 0) {
      this.line.giveUp(this);
      this.#finish();
      return;
    }
    this.#leaves++;
    this.#stock = [];
    this.#due = 1;
    try {
      this.line.post([LEAVE, 0, 0, this.ch, value]);
    } catch (error) {
      this.abort(error);
    }
  }

  receive(frame: Frame): void {
    const k = frame[4] as number;
    switch (frame[0]) {
      case ITEMS: {
        // What was under way when the reader left is nobody's.
        if (k < this.#leaves) return;
        if (k > this.#leaves) throw new Violation("an answer to nothing");
        const items = frame[5] as unknown[];
        this.#due -= items.length;
        if (this.#due < 0) throw new Violation("more items than asked for");
        this.#stock.push(...items);
        this.#write();
        this.#lookSoon();
        break;
      }
      case DONE:
        this.#finish();
        break;
      case FAIL:
        this.refuse(this.line.errorIn(frame[5]));
        break;
    }
  }

  /** How many items to ask for, for the reader to have what it wants, and what it may have beyond. */
  get #missing(): number {
    const { wanted } = this.#stream;
    // Who wants more has taken all that was written.
    const held = this.#stock.length + (wanted > 0 ? 0 : (this.#writing ?? 0));
    return Math.min(wanted + this.#prefetch - held, window) - this.#due;
  }

  /** Asks for more in a moment: in a turn of its own, since the reader is in the middle of a call. */
  #lookSoon(): void {
    if (this.#looking || this.over) return;
    this.#looking = true;
    void Promise.resolve().then(() => {
      this.#looking = false;
      if (this.over) return;
      this.#write();
      this.#ask();
    });
  }

  #ask(): void {
    const { wanted } = this.#stream;
    // What was written has been taken, and is about to be answered: maybe by an error, which asks for an item by itself.
    if (wanted > 0 && this.#writing !== undefined) return;
    const missing = this.#missing;
    const waits = wanted > this.#stock.length + this.#due;
    // Half of what may be under way is asked for at a time, if nobody waits.
    const half = Math.min(this.#prefetch, window) / 2;
    if (missing <= 0 || (!waits && missing < half)) return;
    this.#due += missing;
    this.line.post([ASK, 0, 0, this.ch, missing]);
  }

  /** Writes what has come, a part of it at a time, so that it is known how much of it has been taken. */
  #write(): void {
    if (this.#writing !== undefined || (this.#stock.length === 0 && !this.#stream.unheard)) return;
    const items = this.#stock.splice(0, Math.max(1, this.#prefetch >> 2, this.#stream.wanted));
    this.#writing = items.length;
    const written = (): void => {
      this.#writing = undefined;
      this.#write();
      this.#lookSoon();
    };
    this.#writer.write(items).then(written, (error: unknown) => {
      // That the reader has left was told at once.
      if (this.#stream.departure(error) === undefined && !this.over) this.#throw(error);
      written();
    });
  }

  /** The reader has thrown, and wants an item now. */
  #throw(error: unknown): void {
    this.#due++;
    this.line.postError([THROW, 0, 0, this.ch], error);
  }

  #finish(): void {
    if (this.#end(undefined)) this.#resolve();
  }

  /** All that has come is written, before the near stream ends as the far one has. @returns Whether it has not before. */
  #end(error: unknown): boolean {
    if (this.over) return false;
    this.end(error);
    this.#stream.changed = undefined;
    if (this.#stock.length > 0) this.#writer.write(this.#stock.splice(0)).catch(() => {});
    return true;
  }
}
