/**
 * The sequential specification of a channel, in plain arrays.
 *
 * The client makes requests c(1), c(2), ...; the server makes emissions s(0), s(1), s(2), ...,
 * where s(0) is the opening of the server end. **s(k) answers c(k), and c(k+1) answers s(k).** The
 * model keeps both sequences whole, as two lists of all calls ever made, and finds the answer of a
 * call by its position. It is slow, and there is nothing in it that could get out of step.
 *
 * A call is *handed over* when it has answered one that waited. So it makes no difference to a
 * cancelled call what comes at its position: the answer waits, not handed over, until it is
 * answered itself, by the next call of the end that cancelled. Only a `receive()` that is cancelled
 * after its hand-over leaves its position *open*, to be taken over by a call without a value.
 */
export type Outcome =
  | { value: unknown; done: boolean } //                  of next, throw, return
  | { sent: unknown } //                                  of send, receive: what came back
  | { opened: true } //                                   of server()
  | { served: unknown } //                                of serve(): what the body returned
  | { closed: { value: unknown; cause: unknown; undelivered?: boolean } }
  | { error: unknown } //                                 rejected with an error that somebody threw
  | { aborted: unknown } //                               rejected with a signal's reason
  | { typeError: true }
  | { overflow: true };

export type Side = "client" | "server";
export type How = "open" | "next" | "send" | "receive" | "throw" | "return" | "none";

export interface Call {
  readonly how: How;
  readonly value?: unknown;
  out?: Outcome; //      undefined: it waits
  handed?: boolean; //   it has been handed over
  open?: boolean; //     a receive, cancelled after its hand-over: the last of its list
}

const isDeparture = (call: Call): boolean => call.how === "throw" || call.how === "return";
const carriesValue = (call: Call): boolean => !isDeparture(call) && call.value !== undefined;

export class Model {
  /** Every call ever made, in the order of the calls. */
  readonly calls: Call[] = [];
  /** c(1), c(2), ...; there is no c(0). */
  #c: Call[] = [{ how: "none", out: { aborted: undefined } }];
  /** s(0), s(1), ..., without what ends them. */
  #s: Call[] = [];
  /** What the server returned or threw. It answers all requests from `#s.length` on. */
  #end: Call | undefined;
  /** Whether a request has got what the server returned or threw. */
  #endTaken = false;
  /** Whether all is over, whatever is called: the client has left, or the signal has aborted. */
  #over = false;
  /** The error or reason that ended the channel. */
  #cause: unknown;
  /** What the client returned last, as far as the server was told. */
  #leaving: unknown;
  /** Whether a server's `next` may still get what the client returned. */
  #farewell = false;
  /** Whether the client has returned, or has thrown before the server started. */
  #left = false;
  /** Whether the server end has been handed out. */
  started = false;
  /** Scoped: what the client returned, as the body's last call that rejected for it was told. */
  told: { readonly value: unknown } | undefined;

  readonly scoped: boolean;
  readonly limit: number;

  constructor(options: { scoped?: boolean; limit?: number } = {}) {
    this.scoped = options.scoped ?? false;
    this.limit = options.limit ?? 1024;
  }

  get closed(): boolean {
    return this.#over || this.#end !== undefined;
  }
  /** Whether the signal of an end has aborted: the body learns of its client's leaving at once. */
  signalled(side: Side): boolean {
    return this.closed || (side === "server" && this.#left);
  }
  /** Whether nothing can happen any more, whatever is called. */
  get finished(): boolean {
    return this.#endTaken || (this.#over && !this.#farewell);
  }
  get bodyRuns(): boolean {
    return this.scoped && this.started && this.#s[0]?.out === undefined;
  }

  // ---- the calls ------------------------------------------------------------------------------

  /** `server()`, or `serve(body)` in the scoped mode, whose promise settles when the body ends. */
  open(): Call {
    const call = this.#record("open");
    if (this.closed) this.#finish("server", call);
    else if (this.#s.length > 0) call.out = { typeError: true };
    else this.#s.push(call);
    this.#settle();
    return call;
  }

  next = (side: Side, value?: unknown): Call => this.#make(side, "next", value);
  send = (side: Side, value: unknown): Call => this.#make(side, "send", value);
  receive = (side: Side): Call => this.#make(side, "receive");
  throw = (side: Side, error: unknown): Call => this.#make(side, "throw", error);
  return = (side: Side, value?: unknown): Call => this.#make(side, "return", value);

  bodyReturns(value: unknown): void {
    this.#endBody({ how: "return", value }, { served: value });
  }
  bodyThrows(error: unknown): void {
    this.#endBody({ how: "throw", value: error }, { error });
  }
  /** The body rethrows the `ChannelClosed` that told it that the client left. */
  bodyUnwinds(): void {
    this.#endBody({ how: "return", value: this.told?.value }, { served: undefined });
  }

  /** A call whose signal has aborted before. */
  refuse(reason: unknown): void {
    this.#record("send").out = { aborted: reason };
  }

  /** The signal of the i-th call (from 0) aborts. */
  cancel(i: number, reason: unknown): void {
    const call = this.calls[i]!;
    const list = this.#c.includes(call) ? this.#c : this.#s;
    if (!this.#waiting(list).includes(call)) return;
    call.out = { aborted: reason };
    const k = list.indexOf(call);
    if (!call.handed) list.splice(k, 1);
    else if (call.how === "receive") this.#leaveOpen(list, k);
    this.#settle();
  }

  /** The signal of the channel aborts. An ending that is under way is still heard. */
  abort(reason: unknown): void {
    if (this.#over) return;
    const emissions = this.#waiting(this.#s);
    for (const call of emissions) call.out = { aborted: reason };
    this.#s = this.#s.filter((call) => !emissions.includes(call));
    if (this.#end) return;
    this.#over = true;
    this.#cause = reason;
    const [first, ...others] = this.#waiting(this.#c);
    if (first) first.out = { aborted: reason };
    for (const call of others) this.#finish("client", call);
  }

  // ---- the two sequences ----------------------------------------------------------------------

  #record(how: How, value?: unknown): Call {
    const call: Call = { how, value };
    this.calls.push(call);
    return call;
  }

  #make(side: Side, how: How, value?: unknown): Call {
    const call = this.#record(how, value);
    const list = side === "client" ? this.#c : this.#s;
    const leaves = how === "return" || (how === "throw" && !this.started);
    const ended = side === "client" ? this.#endTaken : this.#end !== undefined;
    if (this.#over || ended) this.#finish(side, call);
    else if (side === "client" && leaves) this.#leave(call);
    else if (side === "server" && isDeparture(call)) this.#close(call);
    else if (carriesValue(call) && this.#itemMayComeAt(list)) call.out = { typeError: true };
    else if (this.#waiting(list).length >= this.limit) call.out = { overflow: true };
    else this.#append(list, call);
    this.#settle();
    return call;
  }

  #waiting(list: Call[]): Call[] {
    return list.filter((call) => !call.out && !(call.how === "open" && this.started));
  }

  /** Everything that follows from the two sequences. */
  #settle(): void {
    if (this.#over) return;
    const c = this.#c;
    const s = this.#s;
    for (let k = 0; k < s.length; k++) {
      const request = c[k + 1];
      this.#answer(c[k], s[k]!); //                          s(k) answers c(k)
      if (request?.how === "return") this.#tell(request, k);
      else if (request) this.#answer(s[k], request); //      c(k+1) answers s(k)
    }
    if (this.#end) for (const call of this.#waiting(c.slice(s.length))) this.#hear(this.#end, call);
  }

  /** `by` answers `call`, if that is there and waits. */
  #answer(call: Call | undefined, by: Call): void {
    if (!call || !this.#waiting([call]).length) return;
    by.handed = true;
    if (call.how === "open") {
      this.started = true;
      if (!this.scoped) call.out = { opened: true };
    } else if (by.how === "throw") call.out = { error: by.value };
    else if (call.how === "send" || call.how === "receive") call.out = { sent: by.value };
    else call.out = { value: by.value, done: false };
  }

  // ---- a position that a cancelled receive() left open ----------------------------------------

  #append(list: Call[], call: Call): void {
    const last = list.at(-1);
    if (last?.open && (this.#departureAt(list) || !(isDeparture(call) || carriesValue(call)))) {
      if (!this.#departureAt(list)) call.handed = true;
      list.pop();
    }
    if (last) last.open = false;
    list.push(call);
  }

  /** Those behind it are as if called only now. */
  #leaveOpen(list: Call[], k: number): void {
    list[k]!.open = true;
    for (const call of list.splice(k + 1)) {
      if (carriesValue(call) && this.#itemMayComeAt(list)) call.out = { typeError: true };
      else this.#append(list, call);
    }
  }

  #itemMayComeAt(list: Call[]): boolean {
    return list.at(-1)?.open === true && !this.#departureAt(list);
  }
  /** Whether what has come at the last position is an error, a leaving or an ending. */
  #departureAt(list: Call[]): boolean {
    const k = list.length - 1;
    const by = list === this.#s ? this.#c[k + 1] : (this.#s[k] ?? this.#end);
    return by !== undefined && isDeparture(by);
  }

  // ---- endings --------------------------------------------------------------------------------

  /** The server ends its sequence. */
  #close(call: Call): void {
    this.#end = call;
    if (call.how === "throw") this.#cause = call.value;
    call.out = { value: call.how === "return" ? call.value : undefined, done: true };
  }

  #endBody(end: Call, out: Outcome): void {
    this.#record("none");
    this.#s[0]!.out = out;
    if (!this.closed) this.#close(end);
    this.#settle();
  }

  /** A request hears how the server ended, and the others that it has ended. */
  #hear(end: Call, call: Call): void {
    if (this.#endTaken) this.#finish("client", call);
    else if (end.how === "throw") call.out = { error: end.value };
    else if (call.how === "next" || (isDeparture(call) && call.handed)) {
      call.out = { value: end.value, done: true };
    } else this.#finish("client", call);
    this.#endTaken = true;
  }

  /** The client leaves: its other requests are done. A body that runs has the next word. */
  #leave(call: Call): void {
    this.#left = true;
    if (this.bodyRuns && !this.#end) {
      for (const other of this.#waiting(this.#c)) {
        if (other.how !== "return") this.#finish("client", other);
      }
      this.#c = this.#c.filter((other, k) => k === 0 || !other.out || other.handed);
      this.#leaving = call.value;
      this.#append(this.#c, call);
      return;
    }
    if (this.#end?.how === "throw") call.out = { error: this.#end.value };
    this.#over = true;
    if (call.how === "throw") this.#cause = call.value;
    else this.#leaving = call.value;
    for (const other of this.#waiting(this.#c)) this.#finish("client", other);
    if (!call.out) this.#finish("client", call);
    this.#farewell = true;
    for (const other of this.#waiting(this.#s)) {
      this.#finish("server", other);
      this.#farewell = false;
    }
    if (this.#end) this.#farewell = false;
  }

  /** c(k+1), a leaving, answers s(k); it passes by calls that do not wait. */
  #tell(leaving: Call, k: number): void {
    const calls = this.#waiting(this.#s.slice(k));
    if (leaving.handed || calls.length === 0) return;
    leaving.handed = true;
    this.#leaving = leaving.value;
    this.#farewell = true;
    for (const call of calls) {
      this.#finish("server", call);
      if (call.how !== "next") this.told = { value: leaving.value };
      this.#farewell = false;
    }
    this.#s.splice(k + 1);
  }

  /** A call finds the channel closed: as of a finished generator. */
  #finish(side: Side, call: Call): void {
    const { how, value } = call;
    const returned = this.#end?.how === "return" ? this.#end.value : undefined;
    const theirs = side === "server" ? this.#leaving : returned;
    const closed = { value: theirs, cause: this.#cause };
    if (how === "throw" && !call.handed) call.out = { error: value };
    else if (how === "return") call.out = { value, done: true };
    else if (how === "next" || how === "throw") {
      const farewell = side === "server" && this.#farewell;
      call.out = { value: farewell ? this.#leaving : undefined, done: true };
      if (farewell) this.#farewell = false;
    } else if (how !== "open") call.out = { closed: { ...closed, undelivered: !call.handed } };
    else if (this.scoped && this.#left) call.out = { served: undefined };
    else call.out = { closed };
  }
}
