/**
 * The sequential specification of a channel, in plain arrays.
 *
 * The client makes requests c(1), c(2), ...; the server makes emissions s(0), s(1), s(2), ...,
 * where s(0) is the opening of the server end. **s(k) answers c(k), and c(k+1) answers s(k).** The
 * model keeps both sequences whole, as lists of all calls ever made, and finds the answer of a call
 * by its position. It is slow, and there is nothing in it that could get out of step.
 *
 * Names: a call is *handed over* when there is a call of the other end that it answers. A *gap* is
 * the place of a `receive()` that was cancelled after its hand-over. A *dropped* call was cancelled
 * after its hand-over and keeps its position, but its answer goes to nobody. An ending (what the
 * server returned or threw, or the client's leaving) is never dropped so: it passes by to the first
 * call that waits. What a `closed` outcome leaves out, the contract leaves open.
 */
export type Outcome =
  | { value: unknown; done: boolean } //                  of next, throw, return
  | { sent: unknown } //                                  of send, receive: what came back
  | { opened: true } //                                   of server()
  | { served: unknown } //                                of serve(): what the body returned
  | { closed: { value?: unknown; cause?: unknown; undelivered?: boolean } }
  | { error: unknown } //                                 rejected with an error that somebody threw
  | { aborted: unknown } //                               rejected with a signal's reason
  | { typeError: true }
  | { overflow: true };

export type How = "open" | "next" | "send" | "receive" | "throw" | "return" | "body";

export interface Call {
  readonly how: How;
  readonly value?: unknown;
  out?: Outcome; //      undefined: still waiting
  gap?: boolean; //      a receive, cancelled after the hand-over: its place is open
  dropped?: boolean; //  cancelled, or settled early, after the hand-over: its answer is dropped
  told?: boolean; //     a client's return that a call of the body has been told of
}

type Sequence = (Call | undefined)[];

const none: Outcome = { value: undefined, done: true };
const isEnding = (call: Call): boolean => call.how === "throw" || call.how === "return";
const speaksPlainly = (call: Call): boolean => call.how === "send" || call.how === "receive";
const carriesValue = (call: Call): boolean => !isEnding(call) && call.value !== undefined;
const waits = (call: Call | undefined): call is Call =>
  call !== undefined && call.out === undefined && call.how !== "body";

export class Model {
  /** Every call ever made, in the order of the calls. */
  readonly calls: Call[] = [];
  /** c(1), c(2), ...; there is no c(0). */
  private readonly c: Sequence = [undefined];
  /** s(0), s(1), ...; s(0) is the opening. */
  private readonly s: Sequence = [];
  /** Whether some request has got what the server returned or threw. */
  private endTaken = false;
  /** The other ways in which a channel ends: everything is settled, for ever. */
  private over: { by: "client" | "signal"; value?: unknown; cause?: unknown } | undefined;
  /** Whether a server's `next` may still get the value with which the client left. */
  private farewell = false;
  /** Scoped: the last call of the body that rejected because the client left, with what. */
  told: { call: Call; value: unknown } | undefined;
  private left = false;

  readonly scoped: boolean;
  readonly limit: number;

  constructor(options: { scoped?: boolean; limit?: number } = {}) {
    this.scoped = options.scoped ?? false;
    this.limit = options.limit ?? 1024;
  }

  /** The position of the server's own ending, which is its last call and answers all requests. */
  private get end(): number | undefined {
    const last = this.s.length - 1;
    return last > 0 && isEnding(this.s[last]!) ? last : undefined;
  }
  get closed(): boolean {
    return this.over !== undefined || this.end !== undefined;
  }
  /** Whether the signal of an end has aborted: the body learns of its client's leaving at once. */
  signalled(side: "client" | "server"): boolean {
    return this.closed || (side === "server" && this.left);
  }
  /** Whether nothing can happen any more, whatever is called. */
  get finished(): boolean {
    return this.over !== undefined || this.endTaken;
  }
  /** Whether the server end has been handed out. */
  started = false;
  get bodyRuns(): boolean {
    return this.scoped && this.started && waits(this.s[0]);
  }

  // ---- the calls ------------------------------------------------------------------------------

  /** `server()`, or `serve(body)` in the scoped mode, whose promise settles when the body ends. */
  open(): Call {
    const call = this.record("open");
    if (this.end !== undefined) {
      call.out = { closed: {} };
    } else if (this.over?.by === "client" && this.scoped) {
      call.out = { served: undefined };
    } else if (this.over !== undefined) {
      call.out = { closed: { value: this.over.value, cause: this.over.cause } };
    } else if (this.s.length > 0) {
      call.out = { typeError: true };
    } else {
      this.s.push(call);
    }
    return this.settle(call);
  }

  next = (side: "client" | "server", value?: unknown): Call => this.make(side, "next", value);
  send = (side: "client" | "server", value: unknown): Call => this.make(side, "send", value);
  receive = (side: "client" | "server"): Call => this.make(side, "receive");
  throw = (side: "client" | "server", error: unknown): Call => this.make(side, "throw", error);

  return(side: "client" | "server", value?: unknown): Call {
    if (side === "server" || this.over !== undefined) return this.make(side, "return", value);
    const call = this.record("return", value);
    if (this.scoped && this.started && this.end === undefined) this.leaveBody(call);
    else this.leave(call);
    return this.settle(call);
  }

  bodyReturns(value: unknown): void {
    this.endBody("return", value, { served: value });
  }
  bodyThrows(error: unknown): void {
    this.endBody("throw", error, { error });
  }
  /** The body rethrows the `ChannelClosed` that told it that the client left. */
  bodyUnwinds(): void {
    this.endBody("return", this.told?.value, { served: undefined });
  }

  /** The signal of the i-th call aborts. */
  cancel(i: number, reason: unknown): void {
    const call = this.calls[i];
    if (!waits(call) || (call.how === "open" && this.started)) return;
    const list = this.c.includes(call) ? this.c : this.s;
    const k = list.indexOf(call);
    const handedOver = this.handedOver(list, k);
    call.out = { aborted: reason };
    if (!handedOver) list.splice(k, 1);
    else if (call.how === "send") call.dropped = true;
    else this.openGap(list, k);
    this.settle(call);
  }

  /** The signal of the channel aborts. */
  abort(reason: unknown): void {
    if (this.finished) return;
    this.over = { by: "signal", cause: reason };
    for (const call of this.s) {
      if (waits(call) && !(call.how === "open" && this.started)) call.out = { aborted: reason };
    }
    let first = true;
    this.c.forEach((call, k) => {
      if (!waits(call)) return;
      if (first) call.out = { aborted: reason };
      else this.finish("client", call, !this.reached(this.c, k));
      first = false;
    });
  }

  // ---- the two sequences ----------------------------------------------------------------------

  private record(how: How, value?: unknown): Call {
    const call: Call = { how, value };
    this.calls.push(call);
    return call;
  }

  private make(side: "client" | "server", how: How, value?: unknown): Call {
    const call = this.record(how, value);
    const list = side === "client" ? this.c : this.s;
    const ends = side === "server" && isEnding(call);
    if (this.over !== undefined || (side === "server" && this.end !== undefined)) {
      this.finish(side, call, true);
    } else if (this.isOpen(list) && carriesValue(call)) {
      call.out = { typeError: true }; //                       receive first
    } else if (!ends && list.filter((c) => waits(c) && c.how !== "open").length >= this.limit) {
      call.out = { overflow: true };
    } else {
      this.append(list, call);
      if (ends) call.out = { value: how === "return" ? value : undefined, done: true };
    }
    return this.settle(call);
  }

  /** Puts a call at the end of a sequence, or into the place that a cancelled receive left open. */
  private append(list: Sequence, call: Call): void {
    const last = list.at(-1);
    if (last?.gap && !isEnding(call) && !carriesValue(call)) list.pop();
    else if (last?.gap) close(last);
    list.push(call);
  }

  /** Whether a place is open at the end of a sequence, and not merely for the server's ending. */
  private isOpen(list: Sequence): boolean {
    return list.at(-1)?.gap === true && !(list === this.c && this.end === list.length - 1);
  }

  /** A receive is cancelled after its hand-over: those behind it are as if called only now. */
  private openGap(list: Sequence, k: number): void {
    const behind = list.splice(k + 1) as Call[];
    list[k]!.gap = true;
    for (const call of behind) {
      if (list.at(-1)?.gap && carriesValue(call)) call.out = { typeError: true };
      else this.append(list, call);
    }
  }

  /** The call of the other end that this one answers. */
  private answered(list: Sequence, k: number): Call | undefined {
    return list === this.c ? this.s[k - 1] : k > 0 ? this.c[k] : undefined;
  }
  private handedOver(list: Sequence, k: number): boolean {
    const other = this.answered(list, k);
    const ending = list === this.c && this.end !== undefined && k > this.end;
    return other !== undefined && !other.gap && !ending;
  }
  private reached(list: Sequence, k: number): boolean {
    return this.handedOver(list, k) && !this.answered(list, k)!.dropped;
  }

  /** Everything that follows from the two sequences. */
  private settle<T>(result: T): T {
    const { c, s } = this;
    if (this.over !== undefined) return result;
    if (!this.started && c[1]?.how === "throw") {
      this.failBeforeStart(c[1]);
      return result;
    }
    for (let k = 0; k < Math.max(c.length, s.length); k++) {
      answer(c[k], k === this.end ? undefined : s[k]); //     s(k) answers c(k)
      const request = c[k + 1]; //                            c(k+1) answers s(k)
      if (k === 0 && s[0] !== undefined && request !== undefined) {
        this.started = true;
        if (!this.scoped) s[0].out ??= { opened: true };
      } else if (request?.how === "return") {
        if (waits(s[k])) this.tell(request, k);
      } else if (k !== this.end) {
        answer(s[k], request);
      }
    }
    if (this.end !== undefined) this.settleEnd(this.end);
    return result;
  }

  // ---- endings --------------------------------------------------------------------------------

  /** The server's ending answers all requests from its position on; the first gets what it was. */
  private settleEnd(end: number): void {
    const ending = this.s[end]!;
    for (let k = Math.max(end, 1); k < this.c.length; k++) {
      const call = this.c[k]!;
      if (call.gap) return; //                    it waits for a call that takes the place
      if (!waits(call)) continue;
      if (this.endTaken) {
        this.finish("client", call, !this.reached(this.c, k));
      } else if (ending.how === "throw") {
        call.out = { error: ending.value };
      } else if (speaksPlainly(call)) {
        const undelivered = !this.reached(this.c, k);
        call.out = { closed: { value: ending.value, cause: undefined, undelivered } };
      } else {
        const early = call.how === "return" && !call.told; // the body ended without knowing
        call.out = { value: early ? call.value : ending.value, done: true };
      }
      this.endTaken = true;
    }
  }

  /** A call of an end that is finished, as of a finished generator. */
  private finish(side: "client" | "server", call: Call, undelivered: boolean): void {
    const end = this.end === undefined ? undefined : this.s[this.end];
    if (call.how === "throw") {
      call.out = { error: call.value };
    } else if (call.how === "return") {
      call.out = { value: call.value, done: true };
    } else if (call.how === "next") {
      const farewell = side === "server" && this.farewell && this.end === undefined;
      call.out = { value: farewell ? this.over!.value : undefined, done: true };
      if (farewell) this.farewell = false;
    } else if (this.over?.by === "signal") {
      const value = this.left ? {} : { value: undefined };
      call.out = { closed: { ...value, cause: this.over.cause, undelivered } };
    } else if (side === "client" && this.over === undefined && end !== undefined) {
      const [value, cause] = end.how === "return" ? [end.value] : [undefined, end.value];
      call.out = { closed: { value, cause, undelivered } };
    } else if (side === "server" && this.over !== undefined && end === undefined) {
      call.out = { closed: { value: this.over.value, cause: this.over.cause, undelivered } };
    } else {
      call.out = { closed: { undelivered } }; //  it closed the channel itself
    }
  }

  /** The client leaves a bare end, or a server that has not started or has ended: all is over. */
  private leave(call: Call): void {
    const end = this.end === undefined || this.endTaken ? undefined : this.s[this.end];
    if (end?.how === "throw") call.out = { error: end.value };
    else call.out = { value: call.value, done: true };
    this.dismissClient();
    this.dismissServer(0, call.value);
    this.over = { by: "client", value: call.value };
  }

  /** `throw` as the first request, before the server started. */
  private failBeforeStart(call: Call): void {
    call.out = { error: call.value };
    this.over = { by: "client", cause: call.value };
    for (const later of this.c) if (waits(later)) this.finish("client", later, true);
    if (this.scoped && this.s[0]) this.s[0].out = { served: undefined };
    else if (this.s[0]) this.s[0].out = { closed: { value: undefined, cause: call.value } };
  }

  /** The client leaves a body that runs: its `return` is a request, behind the one in progress. */
  private leaveBody(call: Call): void {
    this.left = true;
    this.dismissClient();
    if (this.c.at(-1)?.gap) close(this.c.at(-1)!);
    while (!waits(this.c.at(-1)) && !this.handedOver(this.c, this.c.length - 1)) this.c.pop();
    // A leaving is never dropped as an answer is: it passes by a call that nobody waits for.
    if (this.s[this.c.length - 1]?.dropped) this.c.push({ how: "next", out: none, dropped: true });
    this.c.push(call);
  }

  /** c(k+1), a `return`, answers s(k): the calls of the body that wait are told so. */
  private tell(request: Call, k: number): void {
    request.told = true;
    this.dismissServer(k, request.value, k);
    this.s.splice(k + 1);
  }

  private dismissClient(): void {
    this.c.forEach((call, k) => {
      if (!waits(call) || call.how === "return") return;
      if (call.how === "throw" && !this.handedOver(this.c, k)) call.out = { error: call.value };
      else if (!speaksPlainly(call)) call.out = { value: undefined, done: true };
      else call.out = { closed: { undelivered: !this.reached(this.c, k) } };
      call.dropped = true;
    });
  }

  /** The calls that wait from a position on are told; up to `last` they may be handed over. */
  private dismissServer(from: number, value: unknown, last = Infinity): void {
    this.farewell = true;
    this.s.forEach((call, k) => {
      if (!waits(call) || k < from) return;
      if (call.how === "open") {
        if (this.scoped && !this.started) call.out = { served: undefined };
        else if (!this.scoped) call.out = { closed: { value, cause: undefined } };
        return;
      }
      const undelivered = k > last || !this.reached(this.s, k);
      if (call.how === "next") call.out = { value: this.farewell ? value : undefined, done: true };
      else {
        call.out = { closed: { value, cause: undefined, undelivered } };
        this.told = { call, value };
      }
      this.farewell = false;
    });
  }

  private endBody(how: "return" | "throw", value: unknown, out: Outcome): void {
    this.calls.push({ how: "body" });
    const opening = this.s[0]!;
    opening.out = out;
    if (this.over !== undefined || this.end !== undefined) return;
    this.append(this.s, { how, value, out: { value, done: true } });
    this.settle(opening);
  }
}

const close = (gap: Call): void => {
  gap.gap = false;
  gap.dropped = true;
};

/** `by` answers `call`, if both are there and the call still waits. */
const answer = (call: Call | undefined, by: Call | undefined): void => {
  if (!waits(call) || call.how === "open" || by === undefined) return;
  if (by.how === "throw") call.out = { error: by.value };
  else if (speaksPlainly(call)) call.out = { sent: by.value };
  else call.out = { value: by.value, done: false };
};
