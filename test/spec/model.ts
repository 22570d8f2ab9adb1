/**
 * The sequential specification of a channel, in plain arrays.
 *
 * The client makes requests c(1), c(2), ...; the server makes emissions s(1), s(2), .... **s(k) answers c(k), and c(k+1)
 * answers s(k).** So the calls that have been handed over are one conversation, s(0) c(1) s(1) c(2) s(2) ..., in which each
 * answers the one before it. The model keeps the conversation whole, and beside it, for either end, the calls that have
 * still to be handed over, in their order. It is slow, and there is nothing in it that could get out of step.
 *
 * All that can happen happens at the end of the conversation: its last call waits for its answer, or nobody waits there
 * any more (a `put`, a call that was cancelled, the beginning), and its *place* is open.
 */
export type Outcome =
  | { value: unknown; done: boolean } //                  of next, throw, return
  | { sent: unknown } //                                  of send, receive: what came back
  | { put: true } //                                      of put: it has been taken
  | { opened: true } //                                   of server()
  | { served: unknown } //                                of serve(): what the body returned
  | { closed: { value: unknown; cause: unknown; undelivered?: boolean } }
  | { error: unknown } //                                 rejected with an error that somebody threw
  | { aborted: unknown } //                               rejected with a signal's reason
  | { misuse: "served already" | "answer not taken" | "passed by" } // rejected with a TypeError
  | { overflow: true };

export type Side = "client" | "server";
export type How =
  | "beginning"
  | "open"
  | "next"
  | "send"
  | "receive"
  | "put"
  | "throw"
  | "return"
  | "none";

export interface Call {
  readonly side: Side;
  readonly how: How;
  readonly value?: unknown;
  out?: Outcome; //      undefined: it waits
  handed?: boolean; //   it has been handed over
}

const waits = (call: Call): boolean => call.out === undefined;
const departs = (call: Call): boolean => call.how === "throw" || call.how === "return";
/** Whether it brings nothing, and so may take an open place. */
const asks = (call: Call): boolean =>
  call.how === "receive" || (call.how === "next" && call.value === undefined);
/** What an open place waits for. */
function dueAt(place: Call): "a first word" | "an answer" | "nothing" {
  if (place.how === "beginning") return "a first word";
  return place.how === "send" ? "nothing" : "an answer"; // a send that was cancelled drops its answer
}
const opposite = { client: "server", server: "client" } as const;

export class Model {
  /** Every call ever made, in the order of the calls. */
  readonly calls: Call[] = [];
  /** s(0), c(1), s(1), c(2), ...: what has been handed over. s(0) is open: for what c(1) brings. */
  readonly #talk: Call[] = [{ side: "server", how: "beginning", out: { opened: true } }];
  /** What has still to be handed over. The server's ending is the last of its queue. */
  readonly #queue: Record<Side, Call[]> = { client: [], server: [] };
  /** The call of `server()`, or `serve(body)`. */
  #opening: Call | undefined;
  /** Whether a body serves this channel and others: then the server end is there, whether the client has asked or not. */
  shared = false;
  /** What the server returned or threw. */
  #ending: Call | undefined;
  /** Whether nobody will be answered any more: the ending has been heard, the client has left, the signal has aborted. */
  #over = false;
  /** The error or reason that ended the channel. */
  cause: unknown;
  /** Which ends have still to be told that the signal has aborted. */
  readonly #untold = new Set<Side>();
  /** What the client returned last. */
  #leaving: unknown;
  /** Whether a server's `next` may still get that. */
  #farewell = false;
  /** Whether the client has returned, or has thrown before the server started. */
  left = false;
  /** Whether the client has asked, and the server end has been handed out. */
  started = false;
  /** What the client returned, as the last call of the server that rejected for it was told. */
  told: { readonly value: unknown } | undefined;

  readonly scoped: boolean;
  readonly limit: number;

  constructor(options: { scoped?: boolean; limit?: number } = {}) {
    this.scoped = options.scoped ?? false;
    this.limit = options.limit ?? 1024;
  }

  get closed(): boolean {
    return this.#over || this.#ending !== undefined;
  }
  /** Whether the signal of an end has aborted: the body learns of its client's leaving at once. */
  signalled(side: Side): boolean {
    return this.closed || (side === "server" && this.left);
  }
  /** Whether nothing can happen any more, whatever is called. */
  get finished(): boolean {
    const farewell = this.#farewell && (this.started || this.shared);
    return this.#over && !farewell && this.#untold.size === 0;
  }
  get served(): boolean {
    return this.shared || this.#opening !== undefined;
  }
  get bodyRuns(): boolean {
    return this.scoped && this.started && this.#opening?.out === undefined;
  }

  // ---- the calls ------------------------------------------------------------------------------

  /** `server()`, or `serve(body)` in the scoped mode, whose promise settles when the body ends. */
  open(): Call {
    const call = this.#record("server", "open");
    if (this.closed) this.#comeLate(call);
    else if (this.served) call.out = { misuse: "served already" };
    else this.#opening = call;
    this.#settle();
    return call;
  }

  next = (side: Side, value?: unknown): Call => this.#make(side, "next", value);
  send = (side: Side, value: unknown): Call => this.#make(side, "send", value);
  receive = (side: Side): Call => this.#make(side, "receive");
  put = (side: Side, value: unknown): Call => this.#make(side, "put", value);
  throw = (side: Side, error: unknown): Call => this.#make(side, "throw", error);
  return = (side: Side, value?: unknown): Call => this.#make(side, "return", value);

  /** `return(x)`, where x misbehaves: its error goes into a body, as a generator's does; else the end has left. */
  returnBadly(side: Side, error: unknown): Call {
    const intoBody = side === "client" && this.bodyRuns && !this.closed;
    if (intoBody) this.#withdraw();
    const call = side === "server" || intoBody ? this.throw(side, error) : this.return(side);
    if (!intoBody && !("error" in call.out!)) call.out = { error };
    return call;
  }

  bodyReturns(value: unknown): void {
    this.#endBody("return", value, { served: value });
  }
  bodyThrows(error: unknown): void {
    this.#endBody("throw", error, { error });
  }
  /** The body rethrows the `ChannelClosed` that told it that the client left. */
  bodyUnwinds(): void {
    this.#endBody("return", this.told?.value, { served: undefined });
  }

  /** A body begins to serve this channel and others, or gives that up. */
  share(shared: boolean): void {
    this.shared = shared;
    this.#settle();
  }

  /** A call whose signal has aborted before. */
  refuse(reason: unknown): void {
    this.#record("client", "none").out = { aborted: reason };
  }

  /** The signal of the i-th call (from 0) aborts. One that was handed over leaves its place open. */
  cancel(i: number, reason: unknown): void {
    const call = this.calls[i]!;
    if (!waits(call) || (call === this.#opening && this.started)) return;
    call.out = { aborted: reason };
    if (call === this.#opening) this.#opening = undefined;
    this.#queue[call.side] = this.#queue[call.side].filter((other) => other !== call);
    this.#settle();
  }

  /** The signal of the channel aborts. An ending that is under way is still heard, unless items before it are cut off. */
  abort(reason: unknown): void {
    if (this.#over) return;
    const cut = this.#queue.server.some(waits);
    const emissions = this.#waiting("server");
    if (!this.started && this.#opening) emissions.push(this.#opening);
    for (const call of emissions) call.out = { aborted: reason };
    this.#queue.server = this.#queue.server.filter((call) => call === this.#ending);
    if (this.#ending?.how === "throw" || (this.#ending && !cut)) return;
    this.#over = true;
    this.cause = reason;
    const [first, ...others] = this.#waiting("client");
    if (first) first.out = { aborted: reason };
    for (const call of others) this.#finish(call);
    if (!first) this.#untold.add("client");
    if (emissions.length === 0) this.#untold.add("server");
  }

  // ---- the conversation -----------------------------------------------------------------------

  #record(side: Side, how: How, value?: unknown): Call {
    const call: Call = { side, how, value };
    this.calls.push(call);
    return call;
  }

  #make(side: Side, how: How, value?: unknown): Call {
    const call = this.#record(side, how, value);
    const leaves = how === "return" || (how === "throw" && !this.started && !this.#ending);
    if (this.#over || (side === "server" && this.#ending)) this.#comeLate(call);
    else if (side === "client" && leaves) this.#leave(call);
    else if (side === "server" && departs(call)) this.#close(call);
    else if (this.#waiting(side).length >= this.limit) call.out = { overflow: true };
    else this.#queue[side].push(call);
    this.#settle();
    return call;
  }

  /** The calls of an end that wait. */
  #waiting(side: Side): Call[] {
    const last = this.#talk.at(-1)!;
    return [...(last.side === side ? [last] : []), ...this.#queue[side]].filter(waits);
  }

  #settle(): void {
    while (!this.#over && this.#proceed());
  }

  /** The next thing happens. @returns Whether there was one. */
  #proceed(): boolean {
    const last = this.#talk.at(-1)!;
    const [mine] = this.#queue[last.side];
    const [theirs] = this.#queue[opposite[last.side]];
    if (!this.started) return this.#start();
    if (waits(last)) return this.#handOver(theirs);

    // Nobody waits there. An error or an ending is for whoever comes, and what that brings is not taken.
    const due = dueAt(last);
    if (mine && theirs) {
      const error = theirs.how === "throw" && theirs.side === "client";
      if (mine === this.#ending) return this.#takeNextPlace(theirs);
      if (departs(theirs) && !(error && due === "nothing")) return this.#takeOpenPlace(mine);
      if (departs(mine)) return this.#takeNextPlace(theirs);
    }
    switch (due) {
      case "nothing": // is taken, whatever comes: the next call passes it by
        return this.#handOver(mine && theirs);
      case "a first word": // is for a call that asks; one that brings something passes it by
        if (theirs && !departs(theirs) && theirs.value === undefined) return this.#handOver(theirs);
        if (mine && theirs && asks(mine)) return this.#takeOpenPlace(mine, true);
        if (mine && theirs?.how === "put") theirs.out = { misuse: "passed by" };
        return this.#handOver(mine && theirs);
      case "an answer": // is for a call that asks, be it there or not; one that brings something passes `undefined` by
        if (mine && asks(mine)) return this.#takeOpenPlace(mine, true);
        if (mine && theirs && theirs.value !== undefined) return this.#refuse(mine);
        return this.#handOver(mine && theirs);
    }
  }

  /** The first request opens the server end, and is not taken by that. */
  #start(): boolean {
    if (!this.served || this.#queue.client.length === 0) return false;
    this.started = true;
    if (this.#opening && !this.scoped) this.#opening.out = { opened: true };
    return true;
  }

  /** A call is handed over: it answers the last of the conversation, if that waits, and is its last now. */
  #handOver(call: Call | undefined): boolean {
    if (!call) return false;
    const [first, ...others] = this.#waiting(opposite[call.side]);
    const last = this.#talk.at(-1)!;
    this.#takeNextPlace(call);
    call.handed = true;
    if (call.how === "put") call.out ??= { put: true };
    if (!first || first !== last) return true; // passed by
    if (call === this.#ending) this.#hear(call, first, others);
    else if (call.how === "return") this.#tell(call, [first, ...others]);
    else if (call.how === "throw") first.out = { error: call.value };
    else if (first.how === "send" || first.how === "receive") first.out = { sent: call.value };
    else first.out = { value: call.value, done: false };
    return true;
  }

  #takeNextPlace(call: Call): true {
    this.#queue[call.side].shift();
    this.#talk.push(call);
    return true;
  }

  #takeOpenPlace(call: Call, handed = false): true {
    this.#talk.pop();
    call.handed = handed;
    return this.#takeNextPlace(call);
  }

  #refuse(call: Call): true {
    call.out = { misuse: "answer not taken" };
    this.#queue[call.side].shift();
    return true;
  }

  // ---- endings --------------------------------------------------------------------------------

  /** The server ends its sequence. */
  #close(call: Call): void {
    this.#ending = call;
    if (call.how === "throw") this.cause = call.value;
    call.out = { value: call.how === "return" ? call.value : undefined, done: true };
    this.#queue.server.push(call);
  }

  #endBody(how: "return" | "throw", value: unknown, out: Outcome): void {
    this.#record("server", "none");
    this.#opening!.out = out;
    this.end(how, value);
  }

  /** The body ends, which is no question. */
  end(how: "return" | "throw", value: unknown): void {
    this.#untold.delete("server");
    if (!this.closed) this.#close({ side: "server", how, value });
    this.#settle();
  }

  /** The first request that waits hears how the server ended, and the others that it has ended. */
  #hear(ending: Call, first: Call, others: Call[]): void {
    this.#over = true;
    if (ending.how === "throw") first.out = { error: ending.value };
    else if (first.how === "next" || (departs(first) && first.handed)) {
      first.out = { value: ending.value, done: true };
    } else this.#finish(first);
    for (const call of others) this.#finish(call);
  }

  /** The client leaves. A body that runs has the next word; nobody else is waited for. */
  #leave(call: Call): void {
    this.left = true;
    if (call.how === "return") this.#leaving = call.value;
    if (this.bodyRuns && !this.#ending) {
      this.#withdraw();
      this.#queue.client.push(call);
      return;
    }
    if (call.how === "throw") this.cause = call.value;
    if (this.#ending?.how === "throw") call.out = { error: this.#ending.value };
    else this.#finish(call);
    for (const other of this.#waiting("client")) this.#finish(other);
    if (!this.started && this.#opening) this.#finish(this.#opening);
    this.#farewell = true;
    for (const other of this.#waiting("server")) {
      this.#finish(other);
      this.#farewell = false;
    }
    if (this.#ending) this.#farewell = false;
    this.#over = true;
  }

  /** All requests are done, but earlier leavings go on waiting for the body. */
  #withdraw(): void {
    for (const call of this.#waiting("client")) if (call.how !== "return") this.#finish(call);
    this.#queue.client = this.#queue.client.filter(waits);
  }

  /** A body learns that its client leaves: all its calls that wait are told. */
  #tell(leaving: Call, calls: Call[]): void {
    this.#leaving = leaving.value;
    this.#farewell = true;
    for (const call of calls) {
      this.#finish(call);
      this.#farewell = false;
    }
    this.#queue.server = this.#queue.server.filter(waits);
  }

  /** A call comes after the end: the first of an end that has not been told of an abort is, if it is a question. */
  #comeLate(call: Call): void {
    const untold = this.#untold.delete(call.side);
    if (untold && !departs(call)) call.out = { aborted: this.cause };
    else this.#finish(call);
  }

  /** A call finds the channel closed: as of a finished generator. */
  #finish(call: Call): void {
    const { side, how, value } = call;
    const returned = this.#ending?.how === "return" ? this.#ending.value : undefined;
    const theirs = side === "server" ? this.#leaving : returned;
    const closed = { value: theirs, cause: this.cause };
    if (how === "throw" && !call.handed) call.out = { error: value };
    else if (how === "return") call.out = { value, done: true };
    else if (how === "next" || how === "throw") {
      const farewell = side === "server" && this.#farewell;
      call.out = { value: farewell ? this.#leaving : undefined, done: true };
      if (farewell) this.#farewell = false;
    } else if (how !== "open") {
      call.out = { closed: { ...closed, undelivered: !call.handed } };
      const toldToLeave = side === "server" && this.left && this.cause === undefined;
      if (toldToLeave) this.told = { value: this.#leaving };
    } else if (this.scoped && this.left) call.out = { served: undefined };
    else call.out = { closed };
  }
}
