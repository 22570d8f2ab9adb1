import { ChannelClosed, ChannelOverflow } from "../errors.ts";
import {
  asks,
  bringsItem,
  CLIENT,
  createCall,
  isPlain,
  NEXT,
  OPEN,
  PUT,
  RETURN,
  SEND,
  SERVER,
  THROW,
} from "./call.ts";
import type { Call, Side } from "./call.ts";
import { Queue } from "./queue.ts";
import { Failure } from "./settle.ts";

/** A channel's life, which only advances. */
type Phase = typeof FRESH | typeof OPENED | typeof LEFT | typeof CLOSED | typeof ENDED;
/** The server end has not been opened by a first request. */
const FRESH = 0;
/** Both ends may call. */
const OPENED = 1;
/** The client has left, of which the server has still to hear, from the only call in the queue. */
const LEFT = 2;
/** The server has closed, of which the client has still to hear, from the last call in the queue. */
const CLOSED = 3;
/** Nothing waits, and nothing will. */
const ENDED = 4;

/** What an open place does with an item that comes as its answer. */
type Due = typeof DROPPED | typeof OPTIONAL | typeof WANTED;
/** Nobody takes it, since the `send` that it answers was cancelled: the next call passes it by. */
const DROPPED = 0;
/** A call that asks takes it, another passes it by: it is what the client opened the channel with, and not `undefined`, which is passed by at once. */
const OPTIONAL = 1;
/** A call that asks takes it; another passes it by only if it is `undefined`, and is refused else. */
const WANTED = 2;

/** An `AbortController`, as far as it matters here. */
interface Watcher {
  abort(reason: unknown): void;
}

/**
 * The state machine in which the two ends of a channel meet: synchronous, and free of promises, timers and signals.
 *
 * The client calls c1, c2, c3 ..., the server s1, s2, s3 ... **s(k) answers c(k), and c(k+1) answers s(k).** So at any time there is one *place*: that of the call which was handed over last and has not been
 * answered. What it brought has answered the other end, which is at work on the answer. All other calls queue: behind
 * the place, if they are of its end, or, if it is *open*, as its answer.
 *
 * A place is open when nobody waits there. So it is after a `put`, and after a call that was cancelled; and so is the
 * server's in a new channel, for what c1 brings. Its answer is not handed over when it comes, but when the end of the place calls again: to take it,
 * or to pass it by.
 *
 * An end that closes tells the other's waiting calls or, if there are none, leaves a last call in the queue. That passes
 * by an open place.
 *
 * A transition first brings its state to rest, and only then settles calls, since to settle one may run foreign code.
 */
export class Rendezvous {
  /** Whether the server end has been asked for, and was not given up again. */
  served = false;
  /** Whether a body answers for the server end. */
  scoped = false;
  /** Whether that body answers for other channels, too, so that a client that leaves does not wait for it. */
  shared = false;
  /** Whether the client has left, even if a body has still to answer. */
  left = false;
  /** What to abort when an end is left with nobody to talk to, by side. */
  watchers: [Watcher | undefined, Watcher | undefined] | undefined;
  /** Called when the client has asked for the first time, or never will. */
  started: (() => void) | undefined;
  /** Called when nothing is left to settle. */
  ended: (() => void) | undefined;

  readonly #limit: number;
  readonly #name: string | undefined;
  #phase: Phase = FRESH;
  /** Whose place it is. */
  #turn: Side = SERVER;
  /** Who waits there for the answer; nobody, if it is open. */
  #place: Call | undefined;
  /** What an open place does with its answer. */
  #due: Due = OPTIONAL;
  /** Who else waits. At rest, they are of one end. */
  readonly #calls = new Queue<Call>();

  /** What either end returned, by side. */
  #returned: [unknown, unknown] | undefined;
  #cause: unknown = undefined;
  /** Whether an end has still to be told that the channel was ended from outside, by side. */
  #untold: [boolean, boolean] | undefined;
  #departures: WeakSet<ChannelClosed> | undefined;

  constructor(limit: number, name: string | undefined) {
    this.#limit = limit;
    this.#name = name;
  }

  /** Whether an end has closed. A client that leaves a body does not close: the body does, in answer. */
  get closed(): boolean {
    return this.#phase >= LEFT;
  }

  /** Whether the server end is open. */
  get open(): boolean {
    return this.#phase === OPENED;
  }

  /**
   * The call that waits alone, for `side` to answer it: by far the most frequent state, in which all that there is to a
   * hand-over is to settle it. The same object waits on for `side`, whose place it is now.
   */
  handOver(side: Side): Call | undefined {
    const place = this.#place;
    if (
      place === undefined ||
      place.side === side ||
      this.#calls.head !== undefined ||
      this.#phase !== OPENED
    ) {
      return undefined;
    }
    this.#turn = place.side = side;
    return place;
  }

  /** A call comes in. */
  enter(call: Call): void {
    const { side, kind } = call;
    const phase = this.#phase;
    const told: Call[] = [];
    const departs = kind === RETURN || (kind === THROW && (side === SERVER || phase === FRESH));
    const over =
      phase === ENDED ||
      (phase === CLOSED && side === SERVER) ||
      // Of a client that has left, only the server's `next` still has something to hear.
      (phase === LEFT && (side === CLIENT || kind !== NEXT));
    if (over) this.#comeLate(call, told);
    else if (departs) this.#depart(call, told);
    else if (this.#waitingOf(side) >= this.#limit) {
      failed(call, new ChannelOverflow(this.#limit, this.#name), told);
    } else {
      this.#calls.push(call);
      if (phase === FRESH && side === CLIENT && this.shared) this.#phase = OPENED;
      this.#meet(told);
    }
    this.#settle(told);
    if (departs && !over) {
      this.announce(CLIENT);
      this.announce(SERVER);
    }
  }

  /** A body answers for the server end and for others; its client may have asked already. */
  share(): void {
    this.served = this.scoped = this.shared = true;
    if (this.#phase === FRESH && this.#calls.head !== undefined) this.#phase = OPENED;
  }

  /** Takes that back, as long as the client has not asked. */
  unshare(): void {
    this.served = this.scoped = this.shared = false;
    this.started = undefined;
  }

  /** The server's body ends. @returns Whether the client gets to hear how. */
  close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    const heard = !this.closed;
    this.enter(createCall(SERVER, kind, value));
    return heard;
  }

  /**
   * The channel is ended from outside, unless an end has closed: then only its waiting calls are given up. Each end is
   * told once, by its waiting calls or by its next. A client from which items are cut off is told, too, and not that the
   * server has returned.
   */
  destroy(reason: unknown): void {
    if (this.#phase === ENDED) return;
    const told: Call[] = [];
    const place = this.#vacate(DROPPED);
    const calls = this.#calls.drain();
    const last = this.closed ? calls.pop() : undefined;
    const cut = calls.length > 0;
    if (place !== undefined) calls.unshift(place);
    if (last !== undefined && (last.kind === THROW || !cut)) this.#calls.push(last);
    else {
      const side = calls[0]?.side;
      this.#phase = ENDED;
      this.#cause = reason;
      this.#untold = [side !== CLIENT, side !== SERVER];
    }
    calls.forEach((call, i) => {
      if (i === 0 || call.side === SERVER) failed(call, reason, told);
      else this.#finish(call, undefined, false, told);
    });
    this.#settle(told);
    this.announce(CLIENT);
    this.announce(SERVER);
  }

  /** The client is about to leave: its requests are done. */
  withdraw(): void {
    const told: Call[] = [];
    this.#withdraw(told);
    this.#settle(told);
  }

  /** A waiting call does not wait any longer. */
  cancel(call: Call, reason: unknown): void {
    const told: Call[] = [];
    if (call === this.#place) this.#vacate(call.kind === SEND ? DROPPED : WANTED);
    else this.#calls.remove(call);
    failed(call, reason, told);
    this.#meet(told);
    this.#settle(told);
  }

  /** Aborts what watches over an end, if that has nobody to talk to any more. */
  announce(side: Side): void {
    if (this.closed || (side === SERVER && this.left)) {
      this.watchers?.[side]?.abort(this.closedFor(side, false));
    }
  }

  /** The error for a call of `side` that nobody will answer. */
  closedFor(side: Side, undelivered: boolean): ChannelClosed {
    const closed = new ChannelClosed({
      value: this.#returned?.[side === CLIENT ? SERVER : CLIENT],
      undelivered,
      cause: this.#cause,
      name: this.#name,
    });
    if (this.scoped) (this.#departures ??= new WeakSet()).add(closed);
    return closed;
  }

  /** The departure that `error` stands for: what told this channel's body that its client has left, or an abort for that. */
  departure(error: unknown): ChannelClosed | undefined {
    if (!(error instanceof Error) || !this.left) return undefined;
    const closed = error.name === "AbortError" ? error.cause : error;
    return this.#departures?.has(closed as ChannelClosed) ? (closed as ChannelClosed) : undefined;
  }

  /** What the channel was ended with. */
  get cause(): unknown {
    return this.#cause;
  }

  /** Whether `error` is what the channel was ended with. */
  isCause(error: unknown): boolean {
    return error === this.#cause;
  }

  // What follows moves calls, and notes in `told` which of them to settle.

  /** Lets calls meet until nothing more follows. */
  #meet(told: Call[]): void {
    for (;;) {
      const answer = this.#first(this.#turn === CLIENT ? SERVER : CLIENT);
      const place = this.#place;
      const waits = place ?? this.#first(this.#turn);
      if (answer !== undefined && this.#mayPass(answer)) {
        this.#calls.remove(answer);
        this.#takeOver(answer, told);
        continue;
      }
      if (waits === undefined) return;
      if (waits.kind === OPEN) {
        if (answer === undefined) return;
        this.#phase = OPENED;
        this.#calls.remove(waits);
        settled(waits, undefined, told);
        continue;
      }
      if (place !== undefined) {
        if (answer === undefined) return;
        this.#answer(place, answer, true, told);
      } else if (answer !== undefined && !bringsItem(answer)) {
        // An error or an ending is for whoever comes, unless that is one itself: it passes.
        if (!bringsItem(waits) && !this.#closes(answer)) this.#answer(answer, waits, false, told);
        else if (this.#due !== DROPPED || answer.kind === RETURN || this.#closes(answer)) {
          this.#answer(waits, answer, false, told);
        } else {
          this.#calls.remove(answer);
          this.#takeOver(answer, told);
        }
      } else if (this.#due === WANTED && asks(waits)) {
        // It takes the place, be the answer there or not.
        this.#calls.remove(waits);
        this.#place = waits;
      } else if (answer === undefined) return;
      else if (this.#due === OPTIONAL && asks(waits)) {
        this.#calls.remove(waits);
        this.#place = waits;
      } else if (!bringsItem(waits)) this.#answer(answer, waits, false, told);
      else if (this.#due === WANTED && answer.value !== undefined) {
        this.#calls.remove(waits);
        failed(waits, new TypeError(untaken), told);
      } else {
        const passed = this.#due === OPTIONAL && answer.kind === PUT;
        this.#calls.remove(answer);
        this.#takeOver(answer, told);
        if (passed) failed(told.pop()!, new TypeError(passedBy), told);
      }
    }
  }

  /** Whether a first request, which brings nothing, need not wait for the server to ask for it. */
  #mayPass(answer: Call): boolean {
    return (
      this.#due === OPTIONAL &&
      this.#phase === OPENED &&
      this.#place === undefined &&
      bringsItem(answer) &&
      answer.value === undefined
    );
  }

  /** The first in the queue, if it is of this end. Only what has just come in may be of the other, and is the last. */
  #first(side: Side): Call | undefined {
    const { head, tail } = this.#calls;
    if (head?.side === side) return head;
    return tail?.side === side ? tail : undefined;
  }

  /** `to` is answered by `from`. */
  #answer(to: Call, from: Call, handed: boolean, told: Call[]): void {
    if (to !== this.#place) this.#calls.remove(to);
    this.#calls.remove(from);
    this.#deliver(from, to, handed, told);
    this.#takeOver(from, told);
  }

  /** What `call` brought has been handed over, or passed by: now it is its place. */
  #takeOver(call: Call, told: Call[]): void {
    const closes = this.#closes(call);
    if (closes) this.#phase = ENDED;
    this.#turn = call.side;
    this.#vacate(WANTED);
    call.value = undefined;
    if (call.kind === PUT) told.push(call);
    else if (!closes) this.#place = call;
  }

  /** Whether nothing follows a call. */
  #closes(call: Call): boolean {
    return !bringsItem(call) && (call.side === SERVER || this.#phase === LEFT);
  }

  /** Opens the place. @returns Who waited there. */
  #vacate(due: Due): Call | undefined {
    const place = this.#place;
    this.#place = undefined;
    this.#due = due;
    return place;
  }

  /** How many calls of an end wait. */
  #waitingOf(side: Side): number {
    const queued = this.#calls.head?.side === side ? this.#calls.length : 0;
    return this.#place?.side === side ? queued + 1 : queued;
  }

  /** An end leaves. Who waits on the other end is told, and else who calls next. */
  #depart(call: Call, told: Call[]): void {
    const { side, kind, value } = call;
    const toBody = side === CLIENT && this.scoped && !this.shared && this.#phase === OPENED;
    if (kind === THROW) this.#cause = value;
    else this.#note(side, value);
    if (side === CLIENT) this.left = true;
    // An error that comes before there is anybody to catch it stays with the client.
    const early = kind === THROW && side === CLIENT;
    const last = toBody ? call : createCall(side, early ? RETURN : kind, early ? undefined : value);

    const place = this.#turn === side ? undefined : this.#place;
    const others = this.#calls.head?.side === side ? [] : this.#calls.drain();
    const closing = others.at(-1);
    const untold =
      closing?.kind === THROW && side === CLIENT ? new Failure(closing.value) : undefined;
    if (place !== undefined) others.unshift(place);
    others.forEach((each, i) => {
      if (i === 0) this.#deliver(last, each, place !== undefined, told);
      else this.#finish(each, undefined, false, told);
    });
    if (others.length === 0) {
      if (side === CLIENT) this.#withdraw(told);
      if (!toBody) this.#phase = side === CLIENT ? LEFT : CLOSED;
      this.#calls.push(last);
    } else if (toBody) this.#takeOver(last, told);
    else {
      this.#phase = ENDED;
      this.#place = undefined;
    }

    if (toBody) return;
    // Who leaves is told at once, even if the other end has still to hear of it. The server's error, if nobody will come
    // for it any more, goes to the client that leaves.
    if (untold !== undefined) settled(call, untold, told);
    else if (early) failed(call, value, told);
    else settled(call, { value: kind === RETURN ? value : undefined, done: true }, told);
  }

  /** Settles the client's requests, since it leaves; an earlier departure goes on waiting for the body. */
  #withdraw(told: Call[]): void {
    const place = this.#place;
    if (place?.side === CLIENT && place.kind !== RETURN) {
      this.#vacate(WANTED);
      this.#finish(place, undefined, true, told);
    }
    if (this.#calls.head?.side !== CLIENT) return;
    for (const call of this.#calls.drain()) {
      if (call.kind === RETURN) this.#calls.push(call);
      else this.#finish(call, undefined, false, told);
    }
  }

  /** Settles `to` with what `from` brings. */
  #deliver(from: Call, to: Call, handed: boolean, told: Call[]): void {
    const { kind, value } = from;
    if (kind === THROW) failed(to, value, told);
    else if (kind === RETURN) {
      this.#note(from.side, value);
      this.#finish(to, value, handed, told);
    } else settled(to, isPlain(to.kind) ? value : { value, done: false }, told);
  }

  /** A call comes after the end. */
  #comeLate(call: Call, told: Call[]): void {
    const untold = this.#untold;
    const cut = untold?.[call.side] === true && bringsItem(call);
    if (untold !== undefined) untold[call.side] = false;
    if (cut) failed(call, this.#cause, told);
    else this.#finish(call, undefined, false, told);
  }

  /** Settles a call that nobody answers any more; one that was not handed over, as a finished generator does. */
  #finish(call: Call, value: unknown, handed: boolean, told: Call[]): void {
    const { kind } = call;
    if (isPlain(kind)) failed(call, this.closedFor(call.side, !handed), told);
    else if (handed || kind === NEXT) settled(call, { value, done: true }, told);
    else if (kind === THROW) failed(call, call.value, told);
    else settled(call, { value: call.value, done: true }, told);
  }

  /** Notes what an end returned. Most return nothing, and need no room for it (workload create). */
  #note(side: Side, value: unknown): void {
    if (value !== this.#returned?.[side]) (this.#returned ??= [undefined, undefined])[side] = value;
  }

  /** All is at rest: tells whom it may concern, which may run foreign code. */
  #settle(told: readonly Call[]): void {
    const { started, ended } = this;
    const start = started !== undefined && this.#phase !== FRESH;
    const end = ended !== undefined && this.closed && !this.#place && this.#calls.length <= 1;
    if (start) this.started = undefined;
    if (end) this.ended = undefined;
    for (const call of told) call.settle(call.value);
    if (start) started();
    if (end) ended();
  }
}

const untaken = "An answer has come that nobody has taken: receive() it first";
const passedBy = "The server has sent first, and passed by what this put brought";

function settled(call: Call, outcome: unknown, told: Call[]): void {
  call.value = outcome;
  told.push(call);
}

function failed(call: Call, error: unknown, told: Call[]): void {
  settled(call, new Failure(error), told);
}
