import { onAbort } from "../core/abort.ts";
import type { AbortSignal, Writer } from "../index.ts";
import type { Transfer } from "../stream/machine/transfer.ts";
import type { Called, Opener, Startable } from "./asking.ts";
import { ABORT, ASK, DONE, FAIL, ITEMS, LEAVE, OPEN, STREAM, THROW, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { LinkClosed } from "./link-closed.ts";
import { errorIn, postError } from "./party.ts";

/** How many items are asked for at most, when as many are wanted as there are to come. */
const window = 16_384;

/** How a stream has ended on the other side. */
type End = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

/**
 * The reader's side of a stream on the wire: what the near reader wants, and what it may have beyond, is asked for, and what
 * comes in is written to it.
 */
export class AskingItems implements Startable {
  readonly name: string;
  readonly #opener: Opener;
  readonly #input: unknown;
  readonly #signal: AbortSignal | undefined;
  /** Stops listening to the stream's signal. */
  #release: (() => void) | undefined;
  readonly #prefetch: number;
  readonly #stream: Transfer<unknown>;
  #writer!: Writer<unknown>;
  #close!: (end: End) => void;
  /** The channel's number; 0 until it has been opened. */
  #ch = 0;
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
  #over = false;

  constructor(
    opener: Opener,
    { name, input, signal }: Called,
    prefetch: number,
    stream: Transfer<unknown>,
  ) {
    this.#opener = opener;
    this.name = name;
    this.#input = input;
    this.#signal = signal;
    this.#prefetch = prefetch;
    this.#stream = stream;
  }

  /** Runs as the body of the near stream. @returns Resolves, or rejects, as the far stream ends. */
  run(writer: Writer<unknown>): Promise<void> {
    this.#writer = writer;
    return new Promise((resolve, reject) => {
      this.#close = (end) => {
        if (end.failed) reject(end.error);
        else resolve();
      };
      const signal = this.#signal;
      if (signal !== undefined) this.#release = onAbort(signal, () => this.#abort(signal.reason));
      this.#opener.open(this);
    });
  }

  start(ch: number): void {
    this.#ch = ch;
    const ask = Math.max(1, this.#missing);
    this.#due = ask;
    this.#stream.changed = () => this.#lookSoon();
    try {
      this.#opener.post([OPEN, 0, 0, ch, STREAM, this.name, ask, undefined, this.#input]);
    } catch (error) {
      this.refuse(error);
    }
  }

  refuse(error: unknown): void {
    this.#end({ failed: true, error });
  }

  /** The reader leaves, unless it is the stream's signal that has ended it. */
  leave(value: unknown): void {
    if (this.#over || this.#signal?.aborted) return;
    if (this.#ch === 0) {
      this.#opener.giveUp(this);
      this.#end({ failed: false });
      return;
    }
    this.#leaves++;
    this.#stock = [];
    this.#due = 1;
    try {
      this.#opener.post([LEAVE, 0, 0, this.#ch, value]);
    } catch (error) {
      this.#abort(error);
    }
  }

  receive(frame: Frame): void {
    const current = frame[4] === this.#leaves;
    switch (frame[0]) {
      case ITEMS: {
        // What was under way when the reader left is nobody's.
        if (!current) return;
        const items = frame[5] as unknown[];
        this.#due -= items.length;
        if (this.#due < 0) throw new Violation("more items have come than were asked for");
        this.#stock.push(...items);
        this.#write();
        this.#lookSoon();
        break;
      }
      case DONE:
        this.#end({ failed: false });
        break;
      case FAIL:
        this.refuse(errorIn(this.#opener, frame[5]));
        break;
    }
  }

  lose(error: LinkClosed): void {
    this.refuse(error);
  }

  /** The stream's signal has aborted. */
  #abort(reason: unknown): void {
    if (this.#over) return;
    if (this.#ch === 0) this.#opener.giveUp(this);
    else postError(this.#opener, reason, (error) => [ABORT, 0, 0, this.#ch, error]);
    this.refuse(reason);
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
    if (this.#looking || this.#over) return;
    this.#looking = true;
    void Promise.resolve().then(() => {
      this.#looking = false;
      if (this.#over) return;
      this.#write();
      this.#ask();
    });
  }

  #ask(): void {
    const missing = this.#missing;
    const waits = this.#stream.wanted > this.#stock.length + this.#due;
    // Half of what may be under way is asked for at a time, if nobody waits.
    const half = Math.min(this.#prefetch, window) / 2;
    if (missing <= 0 || (!waits && missing < half)) return;
    this.#due += missing;
    this.#opener.post([ASK, 0, 0, this.#ch, missing]);
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
      if (!this.#writer.signal.aborted && !this.#over) this.#throw(error);
      written();
    });
  }

  /** The reader has thrown, and wants an item now. */
  #throw(error: unknown): void {
    this.#due++;
    postError(this.#opener, error, (encoded) => [THROW, 0, 0, this.#ch, encoded]);
  }

  /** All that has come is written, and then the near stream ends as the far one has. */
  #end(end: End): void {
    if (this.#over) return;
    this.#over = true;
    this.#release?.();
    this.#stream.changed = undefined;
    if (this.#ch > 0) this.#opener.ended(this.#ch, this, end.failed ? end.error : undefined);
    if (this.#stock.length > 0) this.#writer.write(this.#stock.splice(0)).catch(() => {});
    this.#close(end);
  }
}
