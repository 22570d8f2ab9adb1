import { onAbort } from "../core/abort.ts";
import type { AbortSignal } from "../index.ts";
import { ABORT, ASK, CHANNEL, DONE, FAIL, ITEMS, LEAVE, OPEN, THROW, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { LinkClosed } from "./link-closed.ts";
import { errorIn, postError } from "./party.ts";
import type { Line, Party } from "./party.ts";

/** A session, as those see it who open channels. */
export interface Opener extends Line {
  /** Calls `start` as soon as the other side can be reached, or else `lose` or `refuse`. */
  open(party: Startable): void;
  /** Takes that back, as long as it has not started. */
  giveUp(party: Startable): void;
}

/** A party that opens its channel. */
export interface Startable extends Party {
  /** @param ch The channel's number. */
  start(ch: number): void;
  refuse(error: unknown): void;
}

/** What is called: a service, with its input. */
export interface Called {
  readonly name: string;
  readonly input: unknown;
  /** The signal of the near channel. */
  readonly signal: AbortSignal | undefined;
}

type Answer = IteratorResult<unknown, unknown>;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** The client's side of a channel on the wire: requests go out, one by one, and their answers come in. */
export class Asking implements Startable {
  readonly name: string;
  readonly #opener: Opener;
  readonly #input: unknown;
  readonly #signal: AbortSignal | undefined;
  /** Stops listening to the channel's signal. */
  #release: (() => void) | undefined;
  /** The channel's number; 0 until it has been opened. */
  #ch = 0;
  /** The number of the last request. */
  #k = 0;
  /** What the first request brings. */
  #first: unknown;
  #waiting: Waiting | undefined;
  /** The leave that has overtaken a request, until it is answered. */
  #overtaking: { readonly value: unknown } | undefined;
  #over: { readonly error: unknown } | undefined;
  #whenLost: ((error: unknown) => void) | undefined;

  constructor(opener: Opener, { name, input, signal }: Called) {
    this.#opener = opener;
    this.name = name;
    this.#input = input;
    this.#signal = signal;
  }

  /** Opens the channel with its first request. */
  open(value: unknown): Promise<Answer> {
    return this.#wait(() => {
      this.#first = value;
      const signal = this.#signal;
      if (signal !== undefined) this.#release = onAbort(signal, () => this.#abort(signal.reason));
      this.#opener.open(this);
    });
  }

  /** `next(value)`, `throw(value)` or `return(value)`: resolves to its answer, or rejects with the error that ends it. */
  request(type: typeof ASK | typeof THROW | typeof LEAVE, value: unknown): Promise<Answer> {
    return this.#wait(() => this.#send(type, value));
  }

  /**
   * The client leaves while a request waits, and not because of the signal. The promise of the request gets the answer of the
   * leave instead.
   */
  leave(value: unknown): void {
    const waiting = this.#waiting;
    if (this.#signal?.aborted) return;
    if (waiting === undefined || this.#overtaking !== undefined) return;
    this.#overtaking = { value };
    if (this.#ch > 0) this.#send(LEAVE, value);
    else {
      this.#opener.giveUp(this);
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
    if (this.#over === undefined) this.#whenLost = act;
    else act(this.#over.error);
  }

  start(ch: number): void {
    this.#ch = ch;
    this.#k = 1;
    const first = this.#first;
    this.#first = undefined;
    try {
      this.#opener.post([OPEN, 0, 0, ch, CHANNEL, this.name, 1, first, this.#input]);
    } catch (error) {
      this.refuse(error);
    }
  }

  refuse(error: unknown): void {
    this.#end(error)?.reject(error);
  }

  receive(frame: Frame): void {
    const k = frame[4] as number;
    const crossed = this.#overtaking !== undefined && k === this.#k - 1;
    if (this.#waiting === undefined || (k !== this.#k && !crossed)) {
      throw new Violation("an answer has come that was not asked for");
    }
    switch (frame[0]) {
      case ITEMS: {
        const items = frame[5] as unknown[];
        if (items.length !== 1) throw new Violation("a channel's answer is no single item");
        // An item that was under way when the client left is nobody's.
        if (!crossed) this.#answered()?.resolve({ value: items[0], done: false });
        break;
      }
      case DONE: {
        const value = crossed ? this.#overtaking?.value : frame[5];
        this.#end(undefined)?.resolve({ value, done: true });
        break;
      }
      case FAIL: {
        const error = errorIn(this.#opener, frame[5]);
        this.#end(error)?.reject(error);
        break;
      }
    }
  }

  lose(error: LinkClosed): void {
    const act = this.#whenLost;
    const waiting = this.#end(error);
    if (waiting !== undefined) waiting.reject(error);
    else act?.(error);
  }

  #wait(ask: () => void): Promise<Answer> {
    if (this.#over !== undefined) return Promise.reject(this.#over.error);
    this.#whenLost = undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      ask();
    });
  }

  #send(type: typeof ASK | typeof THROW | typeof LEAVE, value: unknown): void {
    const ch = this.#ch;
    const throwing = (error: unknown): unknown[] => [THROW, 0, 0, ch, error];
    this.#k++;
    try {
      if (type === ASK) this.#opener.post([ASK, 0, 0, ch, 1, value]);
      else if (type === LEAVE) this.#opener.post([LEAVE, 0, 0, ch, value]);
      else postError(this.#opener, value, throwing);
    } catch (error) {
      // What cannot be encoded is an error for the other side; but a client that leaves does leave.
      if (type === LEAVE) this.#abort(error);
      else postError(this.#opener, error, throwing);
    }
  }

  /** The channel's signal has aborted. */
  #abort(reason: unknown): void {
    if (this.#over !== undefined) return;
    if (this.#ch === 0) this.#opener.giveUp(this);
    else postError(this.#opener, reason, (error) => [ABORT, 0, 0, this.#ch, error]);
    this.refuse(reason);
  }

  #answered(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  /** Nothing follows. @returns The request that waited. */
  #end(error: unknown): Waiting | undefined {
    if (this.#over !== undefined) return undefined;
    this.#over = { error };
    this.#whenLost = undefined;
    this.#release?.();
    if (this.#ch > 0) this.#opener.ended(this.#ch, this, error);
    return this.#answered();
  }
}
