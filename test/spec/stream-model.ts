/**
 * The sequential specification of a stream, in plain arrays.
 *
 * The writer's calls are one sequence of items, the reader's calls one sequence of wishes. **Items
 * fill wishes, in order.** The model keeps both sequences as two lists of the calls that wait, and
 * after each call looks at the first of each, until nothing more follows. It knows no turns of the
 * event loop: the same calls in the same order give the same results, whenever they are made.
 *
 * Where the contract leaves two ways open, the model says so: `unspecified`.
 */
import type { Outcome } from "./model.ts";

export type StreamOutcome =
  | Outcome
  | { lent: true } //                           of receive()
  | { either: readonly Outcome[] }; //          the contract allows both

/** Where the items of a `write` come from. The machine is given the same as an iterable. */
export interface Source {
  readonly how: "array" | "sync" | "async" | "by hand";
  /** What it has still to give. */
  items: unknown[];
  /** What it throws after its items. */
  readonly fails?: { readonly error: unknown };
  /** The call that it makes while it is asked for the first time. */
  readonly inside?: ((model: StreamModel) => void) | undefined;
  /** What its `return()` throws. */
  readonly failsToClose?: { readonly error: unknown };
  /** How often it has been asked, and closed. */
  asked: number;
  closed: number;
  /** By hand: whether it has been asked and has not answered. */
  busy: boolean;
}

export interface StreamCall {
  readonly how:
    | ("open" | "next" | "read" | "receive" | "throw" | "return") // the reader's, but for `open`
    | ("send" | "put" | "write" | "close" | "fail") //               the writer's
    | ("back" | "none");
  out?: StreamOutcome; // undefined: it waits

  /** A reader's: how many items it wants, which it has got, the error of a throw, and whether that or its leaving was told. */
  readonly wants?: number;
  readonly got?: unknown[];
  readonly error?: unknown;
  told?: boolean;

  /** A writer's: where its items come from, one that it has given and nobody has taken, and whether it has ended. */
  readonly source?: Source;
  ready?: [unknown];
  ended?: boolean;
  /** What its source has called. */
  inner?: StreamCall | undefined;
}

/** What `receive()` gave: up to so many items, of a call of the writer, or of one item that was taken for it. */
interface Loan {
  readonly from: StreamCall;
  left: number;
}

const sourceOf = (items: unknown[]): Source => ({
  how: "array",
  items,
  asked: 0,
  closed: 0,
  busy: false,
});

const isAsync = ({ how }: Source): boolean => how === "async" || how === "by hand";
const wouldAsk = ({ source, ready, ended }: StreamCall): boolean =>
  source!.how !== "array" && !ready && !ended;
const isEnd = ({ how }: StreamCall): boolean => how === "close" || how === "fail";

export class StreamModel {
  /** Every call ever made, in the order of the calls. */
  readonly calls: StreamCall[] = [];
  /** The reader's calls that wait, and the writer's, with its end as the last of them. */
  #wishes: StreamCall[] = [];
  #writes: StreamCall[] = [];
  #opening: StreamCall | undefined;
  #body: StreamCall | undefined;
  #loan: Loan | undefined;
  /** What a source calls while it is asked, which waits until it has answered. */
  readonly #postponed: (() => void)[] = [];
  started = false;
  /** Whether the reader has left, or has thrown before the writer was handed out. */
  #left = false;
  /** Whether the writer has closed. */
  #closing = false;
  /** Whether all is over: the reader has left, the signal has aborted, or the end has been heard. */
  #over = false;
  /** The error or reason that ended the stream. */
  #cause: unknown;
  /** The reason that the next call of an end is to be told. */
  readonly #untold: { reader?: [unknown]; writer?: [unknown] } = {};
  /** Scoped: whether a call of the body was told that the reader has left. */
  toldBody = false;
  /** Where the contract says nothing, or two things. */
  unspecified: string | undefined;

  readonly scoped: boolean;
  readonly limit: number;

  constructor(options: { scoped?: boolean; limit?: number } = {}) {
    this.scoped = options.scoped ?? false;
    this.limit = options.limit ?? 1024;
  }

  get closed(): boolean {
    return this.#over || this.#closing;
  }
  signalled(side: "reader" | "writer"): boolean {
    return this.closed || (side === "writer" && this.#left);
  }
  get bodyRuns(): boolean {
    return this.#body !== undefined && this.#body.out === undefined;
  }
  /** Whether nothing can happen any more, whatever is called. */
  get finished(): boolean {
    return this.#over && !this.#untold.reader && !this.#untold.writer;
  }
  /** Whether there is a lent iterator to be pulled; and whether its one item is taken, and not pulled yet. */
  get lends(): boolean {
    return this.#loan !== undefined;
  }
  get owes(): boolean {
    return this.#loan?.from.how === "none" && this.#loan.left > 0;
  }
  /** The sources that have been asked and have not answered. */
  get busy(): Source[] {
    return this.calls.flatMap(({ source }) => (source?.busy ? [source] : []));
  }

  // ---- the reader -----------------------------------------------------------------------------

  next = (): void => this.#wish({ how: "next", wants: 1, got: [] });
  receive = (): void => this.#wish({ how: "receive", wants: 1, got: [] });
  read(wants: number): void {
    if (wants > 0) this.#wish({ how: "read", wants, got: [] });
    else this.calls.push({ how: "read", out: { sent: [] } });
  }
  throw(error: unknown): void {
    const call: StreamCall = { how: "throw", wants: 1, got: [], error };
    if (this.started) this.#wish(call);
    else this.#leave(call);
  }
  return = (): void => this.#leave({ how: "return", wants: 1, got: [] });

  /** Pulls an item from what the last `receive()` gave. */
  pull(): void {
    const loan = this.#loan!;
    const { from } = loan;
    const may = loan.left > 0 && (from.ready || !isAsync(from.source!)); // that is not asked by a pull
    const call = this.#record({ how: "none" });
    const [item] = may && this.#find(from) ? [this.#take(from)] : [];
    loan.left = item ? loan.left - 1 : 0;
    call.out = { value: item?.[0], done: item === undefined };
    this.#settle();
  }
  /** Leaves it. */
  quit(): void {
    this.#loan!.left = 0;
    this.calls.push({ how: "none" });
  }

  // ---- the writer -----------------------------------------------------------------------------

  /** `server()`, or `serve(body)` in the scoped mode, whose promise settles when the body ends. */
  open(): void {
    const call = this.#record({ how: "open" });
    if (this.closed) this.#late(call, "writer");
    else if (this.started || this.#opening) call.out = { misuse: "served already" };
    else this.#opening = call;
    this.#settle();
  }
  send = (item: unknown): void => this.#write({ how: "send", source: sourceOf([item]) });
  put = (item: unknown): void => this.#write({ how: "put", source: sourceOf([item]) });
  write = (source: Source): void => this.#write({ how: "write", source });
  close = (): void => this.#end({ how: "close" });
  fail = (error: unknown): void => this.#end({ how: "fail", error });

  /** A source that is asked by hand answers. */
  answer(how: "item" | "end" | "error", value: unknown): void {
    const source = this.busy[0]!;
    const call = this.#writes.find((one) => one.source === source);
    this.calls.push({ how: "none" });
    source.busy = false;
    if (!call) return; // late: told to nobody
    if (how === "item") call.ready = [value];
    else call.ended = true;
    if (how === "error") this.#drop(call, { error: value });
    this.#settle();
  }

  bodyReturns = (): void => this.#endBody({ how: "close" }, { served: undefined });
  bodyThrows = (error: unknown): void => this.#endBody({ how: "fail", error }, { error });
  /** The body rethrows the `ChannelClosed` that told it that the reader left. */
  bodyUnwinds = (): void => this.#endBody({ how: "close" }, { served: undefined });

  // ---- signals --------------------------------------------------------------------------------

  /** A call whose signal has aborted before. */
  refuse(reason: unknown): void {
    this.#record({ how: "none" }).out = { aborted: reason };
  }

  /** The signal of the i-th call (from 0) aborts. */
  cancel(i: number, reason: unknown): void {
    const call = this.calls[i]!;
    const aborted = { aborted: reason };
    this.calls.push({ how: "none" });
    if (this.#wishes.includes(call)) {
      this.#wishes = this.#wishes.filter((wish) => wish !== call);
      call.out = aborted;
      if (call.got!.length > 0) this.#writes.unshift({ how: "back", source: sourceOf(call.got!) });
    } else if (call === this.#opening) {
      this.#opening = undefined;
      call.out = aborted;
    } else if (this.#writes.includes(call)) this.#drop(call, aborted);
    this.#settle();
  }

  /** The signal of the stream aborts. Its reason is told to each end once; what a read has got is given. */
  abort(reason: unknown): void {
    this.calls.push({ how: "none" });
    if (this.#over) return;
    const aborted = { aborted: reason };
    const end = this.#writes.find(isEnd);
    const cut = this.#writes.some((call) => call !== end && this.#mayHaveMore(call));
    const waiting = this.#waiting();
    for (const call of waiting) this.#drop(call, aborted);
    this.#writes = [];
    if (end && (end.how === "fail" || !cut)) {
      this.#writes.push(end);
      return this.#settle();
    }
    this.#over = true;
    this.#cause = reason;
    this.#untold.reader = [reason];
    if (this.#opening) this.#opening.out = aborted;
    else if (waiting.length === 0) this.#untold.writer = [reason];
    this.#opening = undefined;
    for (const wish of this.#wishes.splice(0)) this.#finish(wish);
  }

  // ---- items fill wishes ----------------------------------------------------------------------

  /** All that follows. */
  #settle(): void {
    if (this.#opening && this.#wishes.length > 0) {
      if (this.scoped) this.#body = this.#opening;
      else this.#opening.out = { opened: true };
      this.#opening = undefined;
      this.started = true;
    }
    do while (this.#wishes.length > 0 && this.#meet(this.#wishes[0]!));
    while (this.#resume());
    if (this.#wishes.length === 0 || !this.#loan || this.owes) return;
    // What is lent ends, for good, where another call waits.
    if (this.#loan.from.how === "back") this.unspecified = "a throw waits, and items are put back";
    this.#loan.left = 0;
  }

  #resume(): boolean {
    const act = this.#postponed.shift();
    act?.();
    return act !== undefined;
  }

  /** The first wish and the first items meet. @returns Whether anything came of it. */
  #meet(wish: StreamCall): boolean {
    const departs = wish.how === "throw" || wish.how === "return";
    if (departs && !wish.told && !this.#tell(wish)) return false;
    if (wish.out) return true;
    const [call] = this.#writes;
    if (!call) return false;
    if (isEnd(call)) this.#hear(call, wish);
    else if (this.#postponed.length > 0 && wouldAsk(call)) return false;
    else if (this.#find(call)) this.#give(call, wish);
    else if (call.source!.busy) return false;
    else if (this.#writes.includes(call)) this.#drop(call, { sent: undefined }); // more is wanted
    return true;
  }

  /** Gives an item of a call to a wish; a `receive()` may take it later, if nobody waits behind it. */
  #give(call: StreamCall, wish: StreamCall): void {
    if (wish.how === "receive") {
      const left = isAsync(call.source!) ? 1 : Infinity;
      if (this.#wishes.length === 1) this.#loan = { from: call, left };
      else this.#loan = { from: { how: "none", source: sourceOf(this.#take(call)) }, left: 1 };
      wish.out = { lent: true };
    } else wish.got!.push(...this.#take(call));
    if (wish.got!.length === wish.wants) {
      wish.out = wish.how === "read" ? { sent: wish.got } : { value: wish.got![0], done: false };
    }
    if (wish.out) this.#wishes.shift();
  }

  /** Whether a call has an item, which is asked of its source, if need be. */
  #find(call: StreamCall): boolean {
    const source = call.source!;
    if (call.out) return false;
    if (call.ready) return true;
    if (call.ended || source.busy) return false;
    if (source.how === "array") return source.items.length > 0;
    source.asked++;
    if (source.inside && source.asked === 1) {
      this.#postponed.push(() => {
        source.inside!(this);
        call.inner = this.calls.pop();
      });
    }
    source.busy = source.how === "by hand";
    if (source.busy) return false;
    if (source.items.length > 0) call.ready = [source.items.shift()];
    else call.ended = true;
    if (call.ended && source.fails) this.#drop(call, source.fails);
    return call.ready !== undefined;
  }

  #take(call: StreamCall): [unknown] {
    const item = call.ready ?? ([call.source!.items.shift()] as [unknown]);
    delete call.ready;
    if (call.how === "put") this.#drop(call, { sent: undefined });
    if (call.how === "back" && call.source!.items.length === 0) this.#writes.shift(); // it was first
    return item;
  }

  /** Whether a call may have items that nobody has taken. */
  #mayHaveMore({ source, ready, ended }: StreamCall): boolean {
    if (source!.how === "array") return source!.items.length > 0;
    return ready !== undefined || !ended;
  }

  /** A call of the writer does not wait any longer. One that gives its source up closes it. */
  #drop(call: StreamCall, out: Outcome): void {
    call.out = out;
    this.#writes = this.#writes.filter((one) => one !== call);
    const source = call.source!;
    if (source.how === "array" || call.ended) return;
    call.ended = true;
    source.closed++;
    if (!("closed" in out) || !source.failsToClose || source.busy) return;
    // Whose reader has left hears how its source closes; one that was never asked may not have been opened.
    const unopened = source.how === "async" && source.asked === 0;
    call.out = unopened ? { either: [out, source.failsToClose] } : source.failsToClose;
  }

  /** The writer's calls that wait. */
  #waiting(): StreamCall[] {
    return this.#writes.filter((call) => call.how !== "back" && !isEnd(call));
  }

  // ---- the reader's calls ---------------------------------------------------------------------

  #record(call: StreamCall): StreamCall {
    this.calls.push(call);
    return call;
  }

  #wish(call: StreamCall): void {
    this.#record(call);
    if (this.#over) this.#late(call, "reader");
    else if (this.#wishes.length >= this.limit) call.out = { overflow: true };
    else this.#wishes.push(call);
    this.#settle();
  }

  /** The reader leaves: its other calls are done. A body that runs has the next word. */
  #leave(call: StreamCall): void {
    this.#record(call);
    if (this.#over) return this.#late(call, "reader");
    this.#left = true;
    if (call.how === "throw") this.#cause = call.error;
    const toBody = this.bodyRuns && !this.#closing;
    const again = this.#wishes.some((wish) => wish.how === "return" && wish.told);
    if (again && this.busy.length > 0) this.unspecified = "leaving twice while a source is asked";
    const others = this.#wishes.filter((wish) => !(toBody && wish.how === "return"));
    this.#wishes = this.#wishes.filter((wish) => !others.includes(wish));
    this.#writes = this.#writes.filter(({ how }) => how !== "back");
    for (const wish of others) this.#finish(wish);
    if (toBody) {
      this.#wishes.push(call);
      return this.#settle();
    }
    this.#over = true;
    for (const write of this.#waiting()) this.#drop(write, this.#closedFor(write));
    const end = this.#writes.shift();
    if (end?.how === "fail") call.out = { error: end.error };
    else this.#finish(call);
    if (this.#opening) this.#late(this.#opening, "writer");
    this.#opening = undefined;
  }

  /** A `throw` or `return` is told to the writer. @returns Whether there was somebody to be told. */
  #tell(wish: StreamCall): boolean {
    const [first, ...others] = this.#waiting();
    if (first && wish.how === "throw") this.#drop(first, { error: wish.error });
    else if (first) {
      for (const call of [first, ...others]) this.#drop(call, this.#closedFor(call));
      this.toldBody ||= "closed" in first.out!;
    } else if (!this.#closing) return false;
    else if (wish.how === "throw") {
      // The writer has closed before it could be told: the one who threw is.
      wish.out = { error: wish.error };
      this.#wishes.shift();
    }
    wish.told = true;
    return true;
  }

  // ---- the writer's calls, and endings --------------------------------------------------------

  #write(call: StreamCall): void {
    this.#record(call);
    if (this.closed) this.#late(call, "writer");
    else if (this.#waiting().length >= this.limit) call.out = { overflow: true };
    else this.#writes.push(call);
    if (call.out) this.#refuse(call);
    this.#settle();
  }

  /** A source that is not taken is closed, if it has been opened; and how that fails may be told. */
  #refuse(call: StreamCall): void {
    const { how, failsToClose } = call.source!;
    if (how === "array") return;
    call.source!.closed++;
    if (failsToClose) call.out = { either: [call.out as Outcome, failsToClose] };
  }

  #end(call: StreamCall): void {
    this.#record(call);
    if (this.closed) return this.#late(call, "writer");
    call.out = { sent: undefined };
    this.#closing = true;
    if (call.how === "fail") this.#cause = call.error;
    this.#writes.push(call);
    this.#settle();
  }

  #endBody(end: StreamCall, out: Outcome): void {
    this.#record({ how: "none" });
    this.#body!.out = out;
    delete this.#untold.writer; // it is heard by nobody
    if (this.closed) return;
    this.#end(end);
    this.calls.pop();
  }

  /** A wish hears that the writer has ended; what it has got, it gives. */
  #hear(end: StreamCall, wish: StreamCall): void {
    this.#wishes.shift();
    if (end.how === "fail" && wish.got!.length === 0) {
      wish.out = { error: end.error };
      this.#over = true;
    } else {
      this.#finish(wish);
      this.#over = end.how === "close";
    }
    if (this.#over) for (const other of this.#wishes.splice(0)) this.#finish(other);
  }

  /** A call of the reader finds that all is over. */
  #finish(wish: StreamCall): void {
    const { how, got = [], error } = wish;
    const { reader } = this.#untold;
    if (how === "read" && got.length > 0) wish.out = { sent: got };
    else if (reader) {
      delete this.#untold.reader;
      wish.out = { aborted: reader[0] };
    } else if (how === "read") wish.out = { sent: [] };
    else if (how === "receive") wish.out = { closed: { value: undefined, cause: this.#cause } };
    else if (how === "throw" && !wish.told) wish.out = { error };
    else wish.out = { value: undefined, done: true };
  }

  /** A call comes after the end. */
  #late(call: StreamCall, side: "reader" | "writer"): void {
    const { how } = call;
    const departs = how === "throw" || how === "return" || isEnd(call);
    const untold = departs ? undefined : this.#untold[side];
    if (side === "writer" || departs) delete this.#untold[side];
    if (side === "reader") this.#finish(call);
    else if (untold) call.out = { aborted: untold[0] };
    else if (how === "close") call.out = { sent: undefined };
    else if (how === "fail") call.out = { error: call.error };
    else if (how === "open" && this.scoped && this.#left) call.out = { served: undefined };
    else call.out = this.#closedFor(call);
  }

  /** `undelivered` is left open where only a source could tell whether all of it was taken. */
  #closedFor({ how, source, ready, ended }: StreamCall): Outcome {
    const closed = { value: undefined, cause: this.#cause };
    if (source === undefined) return { closed };
    const { length } = source.items;
    if (length > 0 || ready) return { closed: { ...closed, undelivered: true } };
    const known = ended || how === "send" || how === "put";
    return { closed: known ? { ...closed, undelivered: false } : closed };
  }
}
