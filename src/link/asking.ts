import { AskingParty } from "./asking-party.ts";
import { ASK, CHANNEL, DONE, FAIL, ITEMS, LEAVE, THROW, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { LinkClosed } from "./link-closed.ts";

type Answer = IteratorResult<unknown, unknown>;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** The client's side of a channel on the wire: requests go out, one by one, and their answers come in. */
export class Asking extends AskingParty {
  /** The number of the last request. */
  #k = 0;
  /** What the first request brings. */
  #first: unknown;
  #waiting: Waiting | undefined;
  /** The leave that has overtaken a request, until it is answered. */
  #overtaking: { readonly value: unknown } | undefined;
  /** A leave that has come while no request waited: the next request is the leave itself, or one that it overtakes. */
  #left: { readonly value: unknown } | undefined;
  /** What it has ended with. */
  #error: unknown;
  #whenLost: ((error: unknown) => void) | undefined;

  /** Opens the channel with its first request. */
  first(value: unknown): Promise<Answer> {
    return this.#wait(() => {
      this.#first = value;
      this.begin();
    });
  }

  /** `next(value)`, `throw(value)` or `return(value)`: resolves to its answer, or rejects with the error that ends it. */
  request(type: typeof ASK | typeof THROW | typeof LEAVE, value: unknown): Promise<Answer> {
    const left = type === LEAVE ? undefined : this.#left;
    this.#left = undefined;
    return this.#wait(() => {
      this.#send(type, value);
      if (left !== undefined) this.leave(left.value);
    });
  }

  /**
   * The client leaves while a request waits, and not because of the signal. The promise of the request gets the answer of the
   * leave instead.
   */
  leave(value: unknown): void {
    if (this.aborted || this.#overtaking !== undefined) return;
    if (this.#waiting === undefined) {
      this.#left = { value };
      return;
    }
    this.#overtaking = { value };
    if (this.ch > 0) this.#send(LEAVE, value);
    else {
      this.line.giveUp(this);
      this.#end(undefined)?.resolve({ value, done: true });
    }
  }

  /** Whether a leave has overtaken the request that has been answered. */
  get overtaken(): boolean {
    const overtaken = this.#overtaking !== undefined;
    this.#overtaking = undefined;
    return overtaken;
  }

  /** Calls `act` when the session is over, unless a request is made before that. */
  whenLost(act: (error: unknown) => void): void {
    if (this.over) act(this.#error);
    else this.#whenLost = act;
  }

  start(ch: number): void {
    const first = this.#first;
    this.#first = undefined;
    this.#k = 1;
    this.open(ch, CHANNEL, 1, first);
  }

  receive(frame: Frame): void {
    const k = frame[4] as number;
    const crossed = this.#overtaking !== undefined && k === this.#k - 1;
    if (this.#waiting === undefined || (k !== this.#k && !crossed)) {
      throw new Violation("an answer to nothing");
    }
    switch (frame[0]) {
      case ITEMS: {
        const items = frame[5] as unknown[];
        if (items.length !== 1) throw new Violation("an answer of several items");
        // An item that was under way when the client left is nobody's.
        if (!crossed) this.#answered()?.resolve({ value: items[0], done: false });
        break;
      }
      case DONE: {
        const value = crossed ? this.#overtaking?.value : frame[5];
        this.#end(undefined)?.resolve({ value, done: true });
        break;
      }
      case FAIL:
        this.refuse(this.line.errorIn(frame[5]));
        break;
    }
  }

  refuse(error: unknown): void {
    this.#end(error)?.reject(error);
  }

  override lose(error: LinkClosed): void {
    const act = this.#waiting === undefined ? this.#whenLost : undefined;
    this.refuse(error);
    act?.(error);
  }

  #wait(ask: () => void): Promise<Answer> {
    if (this.over) return Promise.reject(this.#error);
    this.#whenLost = undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      ask();
    });
  }

  #send(type: typeof ASK | typeof THROW | typeof LEAVE, value: unknown): void {
    const { ch, line } = this;
    this.#k++;
    try {
      if (type === THROW) line.postError([THROW, 0, 0, ch], value);
      else line.post(type === ASK ? [ASK, 0, 0, ch, 1, value] : [LEAVE, 0, 0, ch, value]);
    } catch (error) {
      // What cannot be encoded is an error for the other side; but a client that leaves does leave.
      if (type === LEAVE) this.abort(error);
      else line.postError([THROW, 0, 0, ch], error);
    }
  }

  #answered(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  /** Nothing follows. @returns The request that waited. */
  #end(error: unknown): Waiting | undefined {
    if (this.over) return undefined;
    this.#error = error;
    this.#whenLost = undefined;
    this.end(error);
    return this.#answered();
  }
}
