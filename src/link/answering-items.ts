import { StreamChannel } from "../index.ts";
import type { Reader, Writer } from "../index.ts";
import { AnsweringParty } from "./answering-party.ts";
import type { Opening } from "./answering-party.ts";
import { ABORT, ASK, DONE, ITEMS, THROW, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { Line } from "./party.ts";

/** The body of a service that is a stream. */
export type StreamBody = (writer: Writer<unknown>, input: unknown) => unknown;

/** The most that goes into one frame. */
const mostItems = 256;
const mostBytes = 64 * 1024;

type Loan = IteratorResult<IterableIterator<unknown, undefined>, undefined>;

/**
 * The writer's side of a stream on the wire: it reads as many items from an ordinary reader as have been asked for, and
 * sends those of one turn together.
 */
export class AnsweringItems extends AnsweringParty {
  readonly #reader: Reader<unknown>;
  readonly #loans: AsyncIterator<IterableIterator<unknown, undefined>>;
  /** How many items may still be read. */
  #credit = 0;
  /** What has been read, and is to be sent. */
  #batch: unknown[] = [];
  #cancelFlush: (() => void) | undefined;
  /** How the stream ends, once all that has been read is sent. */
  #ending: (() => void) | undefined;
  /** How many items go into a frame, by the size of the last ones. */
  #most = mostItems;
  /** Whether the reader has been asked, and has not answered. */
  #reading = false;
  /** How many calls wait for an item that comes of leaving, or of throwing. */
  #expected = 0;
  /** How often the far reader has left: the body may go on from its `finally`. */
  #leaves = 0;

  constructor(line: Line, opening: Opening<StreamBody>, finished: () => void) {
    super(line, opening);
    const { name, body, input } = opening;
    const channel = new StreamChannel<unknown>({ signal: this.signal, name });
    this.#reader = channel.client();
    this.#loans = this.#reader.batches();
    // How the body ended is told to the far reader.
    channel.serve((writer) => body(writer, input) as Promise<void>).then(finished, finished);
  }

  open(_value: unknown, ask: number): void {
    this.#grant(ask);
  }

  receive(frame: Frame): void {
    const [type] = frame;
    if (type === ABORT) this.abort(this.line.errorIn(frame[4]));
    else if (type === ASK) this.#grant(frame[4] as number);
    else if (type === THROW) {
      this.#expect(this.#reader.throw(this.line.errorIn(frame[4])));
    } else {
      this.#leaves++;
      this.#credit = 0;
      this.#batch = [];
      this.#flush();
      this.#expect(this.#reader.return(frame[4] as void));
    }
  }

  goOn(): void {
    this.#flush();
    this.#read();
  }

  /** The other side asks for more. */
  #grant(ask: number): void {
    const ahead = this.#credit + this.#batch.length + ask;
    if (ask < 1 || ahead > this.line.limits.ahead) {
      throw new Violation(`${ahead} items are asked for ahead`);
    }
    this.#credit += ask;
    this.#read();
  }

  /** Reads whatever the body has ready. */
  #read(): void {
    if (this.over || this.#ending !== undefined || this.#reading) return;
    if (this.#credit === 0 || this.line.full) return;
    this.#reading = true;
    const leaves = this.#leaves;
    const read = (act: () => void): void => {
      this.#reading = false;
      // The end that comes of leaving is told by the call that left.
      if (leaves === this.#leaves) act();
      this.#read();
    };
    this.#loans.next().then(
      (loan) => read(() => this.#take(loan as Loan)),
      (error: unknown) => read(() => this.#fail(error)),
    );
  }

  #take({ value: loan, done }: Loan): void {
    if (this.over) return;
    if (done) {
      this.#finish();
      return;
    }
    for (const item of loan) {
      this.#credit--;
      this.#add(item);
      if (this.#credit === 0 || this.line.full || this.over) break;
    }
  }

  /** What comes of leaving or of throwing is an item, if the body goes on. */
  #expect(answer: Promise<IteratorResult<unknown, void>>): void {
    const leaves = this.#leaves;
    this.#expected++;
    answer.then(
      ({ value, done }) => {
        this.#expected--;
        if (this.over || leaves !== this.#leaves) return;
        if (done) this.#finish();
        else {
          this.#add(value);
          this.#flush();
          this.#read();
        }
      },
      (error: unknown) => {
        this.#expected--;
        // What a reader has thrown before it left is its own; how the body ends is told by the call that left.
        if (leaves === this.#leaves) this.#fail(error);
      },
    );
  }

  /** An item is to be sent: with others of this turn, unless as many as were asked for are there. */
  #add(item: unknown): void {
    const length = this.#batch.push(item);
    if (length >= this.#most || this.#credit === 0) this.#flush();
    else this.#cancelFlush ??= this.line.soon(() => this.#flush());
  }

  /** Sends what has been read, as long as the other side has room, and then how the stream has ended, if it has. */
  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    while (this.#batch.length > 0 && !this.over && !this.line.full) {
      this.#send(this.#batch.splice(0, this.#most));
    }
    if (this.#batch.length === 0 && !this.over) this.#ending?.();
  }

  #send(items: unknown[]): void {
    try {
      const frame = [ITEMS, 0, 0, this.ch, this.#leaves, items];
      const bytes = this.line.post(frame, items.length > 1 ? mostBytes : Infinity);
      // A few less than would fit, since items differ.
      const most = Math.floor((0.8 * mostBytes * items.length) / Math.max(1, bytes));
      this.#most = Math.min(mostItems, Math.max(1, most));
    } catch (error) {
      if (items.length === 1) this.#refuse(error);
      else {
        this.#batch = [...items, ...this.#batch];
        this.#most = items.length >> 1;
      }
    }
  }

  /** An item cannot be encoded: the body is told, and another comes in its place. */
  #refuse(error: unknown): void {
    this.#expect(this.#reader.throw(error));
  }

  #finish(): void {
    this.#ending ??= () => {
      // An item that was refused is told first, if not to the body, which has ended, to the reader.
      if (this.#expected > 0) return;
      this.line.post([DONE, 0, 0, this.ch, this.#leaves]);
      this.end(undefined);
    };
    this.#flush();
  }

  #fail(error: unknown): void {
    this.#ending = () => this.failWith(this.#leaves, error);
    this.#flush();
  }

  protected override end(error: unknown): void {
    this.#cancelFlush?.();
    super.end(error);
  }
}
