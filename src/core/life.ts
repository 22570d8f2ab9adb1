import {
  bringsItem,
  CLIENT,
  createCall,
  isPlain,
  NEXT,
  opposite,
  RETURN,
  SERVER,
  THROW,
} from "./call.ts";
import type { Call, Side } from "./call.ts";
import { ChannelClosed, ChannelOverflow } from "./errors.ts";
import { Queue } from "./queue.ts";
import { Failure } from "./settle.ts";

/** The phases of a channel's life, which only advances. */
export type Phase = typeof FRESH | typeof OPENED | typeof LEFT | typeof CLOSED | typeof ENDED;
/** The client has not asked for anything, or nobody serves it. */
export const FRESH = 0;
/** Both ends may call. */
export const OPENED = 1;
/** The client has left, and the server has still to hear of it. */
export const LEFT = 2;
/** The server has closed, and the client has still to hear of it. */
export const CLOSED = 3;
/** Nothing waits, and nothing will. */
export const ENDED = 4;

/** Calls of any channel that have been answered by a transition, and are settled at its end. */
const answered = new Queue<Call>();

/** An `AbortController`, as far as it matters here. */
interface Watcher {
  abort(reason: unknown): void;
}

/**
 * The life of a channel of any kind: it is served, opened, left, closed, or ended from outside, and its ends are told. What
 * the ends hand over to each other is the business of the state machines that extend it.
 *
 * A transition first brings the state to rest, and only then settles the calls that it has answered, since to settle a
 * call may run foreign code (a getter named `then`, the listener of a signal).
 */
export abstract class Life {
  /** Whether a body answers for the server end. */
  scoped = false;
  /** Whether that body answers for other channels, too, so that a client that leaves does not wait for it. */
  shared = false;
  /** Whether the client has left, even if a body has still to answer. */
  left = false;
  name: string | undefined;
  /** The error or reason that ended the channel. */
  cause: unknown;
  /** What to abort when an end is left with nobody to talk to, by side. */
  watchers: Partial<Record<Side, Watcher>> | undefined;
  /** Called when nothing is left to settle. */
  ended: (() => void) | undefined;

  protected readonly limit: number;
  protected phase: Phase = FRESH;
  /** The call that waits for the client's first request. */
  protected opening: Call | undefined;
  /** What either end returned, by side. */
  #returned: Partial<Record<Side, unknown>> | undefined;
  /** The ends that have still to be told that the channel was ended from outside. */
  #owed: Set<Side> | undefined;
  #departures: WeakSet<ChannelClosed> | undefined;

  constructor(limit: number, name: string | undefined) {
    this.limit = limit;
    this.name = name;
  }

  /** Whether an end has closed. A client that leaves a body does not close: the body does, in answer. */
  get closed(): boolean {
    return this.phase >= LEFT;
  }

  /** Whether the server end has been asked for, and was not given up again. */
  get served(): boolean {
    return this.opening !== undefined || this.phase !== FRESH;
  }

  /** Whether there is a body that a client which leaves has to wait for. */
  get bodyRuns(): boolean {
    return this.scoped && !this.shared && this.phase === OPENED;
  }

  /** Somebody wants the server end: `opening` is settled when the client has asked for something. */
  open(opening: Call): void {
    if (this.closed) this.finishLate(opening);
    else {
      this.opening = opening;
      this.advance();
    }
    this.settle();
  }

  /** Takes `open` back, as long as the client has not asked. */
  giveUp(reason: unknown): void {
    if (this.opening === undefined) return;
    this.scoped = this.shared = false;
    this.refuseOpening(reason);
    this.settle();
  }

  /** Runs a body, once its server end is open; or for several channels, of whose lives this is the first. */
  run<S, R>(body: (server: S) => R, server: S, _lives?: readonly Life[]): R {
    return body(server);
  }

  /** A call comes in. */
  enter(call: Call): void {
    const { phase } = this;
    const { side, kind } = call;
    const departs = kind === RETURN || (kind === THROW && (side === SERVER || phase === FRESH));
    const late =
      phase === ENDED ||
      (phase === CLOSED && side === SERVER) ||
      // Of a client that has left, only the server's `next` still has something to hear.
      (phase === LEFT && (side === CLIENT || kind !== NEXT));
    if (late) this.finishLate(call);
    else if (departs) this.#depart(call);
    else if (this.waitingOf(side) >= this.limit) {
      this.refuse(call, new ChannelOverflow(this.limit, this.name));
    } else {
      this.add(call);
      this.advance();
    }
    this.settle();
    if (departs && !late) {
      this.announce(CLIENT);
      this.announce(SERVER);
    }
  }

  /** A waiting call does not wait any longer. */
  abstract cancel(call: Call, reason: unknown): void;

  /** The client is about to leave: its requests are done. */
  withdraw(): void {
    this.finishRequests();
    this.settle();
  }

  /** The body ends. @returns Whether the client gets to hear how. */
  close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    const heard = !this.closed;
    this.enter(createCall(SERVER, kind, value));
    return heard;
  }

  /** The channel is ended from outside, unless an end has closed. */
  abstract destroy(reason: unknown): void;

  /** Aborts what watches over an end, if that has nobody to talk to any more. */
  announce(side: Side): void {
    if (this.closed || (side === SERVER && this.left)) {
      this.watchers?.[side]?.abort(this.closedFor(side, false));
    }
  }

  /** The error for a call of `side` that nobody will answer. */
  closedFor(side: Side, undelivered: boolean): ChannelClosed {
    const closed = new ChannelClosed({
      value: this.#returned?.[opposite(side)],
      undelivered,
      cause: this.cause,
      message: this.#obituary(),
    });
    if (this.left && side === SERVER) (this.#departures ??= new WeakSet()).add(closed);
    return closed;
  }

  /** The departure that `error` stands for: what told the server that its client has left, or an abort for that. */
  departure(error: unknown): ChannelClosed | undefined {
    if (!(error instanceof Error)) return undefined;
    const closed = (error.name === "AbortError" ? error.cause : error) as ChannelClosed;
    return this.#departures?.has(closed) ? closed : undefined;
  }

  /** Whether `error` is what the channel was ended with. */
  isCause(error: unknown): boolean {
    return error === this.cause;
  }

  /** A call joins those that wait. */
  protected abstract add(call: Call): void;

  /** How many calls of an end wait. */
  protected abstract waitingOf(side: Side): number;

  /** Settles the client's requests, since it leaves; an earlier departure goes on waiting for the body. */
  protected abstract finishRequests(): void;

  /** The last of the calls that wait. */
  protected abstract get last(): Call | undefined;

  /** Lets happen all that follows from the calls that wait. */
  protected abstract advance(): void;

  /** Whether no call waits that would have to be told of an end from outside. */
  protected abstract get idle(): boolean;

  /** The client has asked, and somebody serves it. */
  protected begin(opening: Call): void {
    this.phase = OPENED;
    this.opening = undefined;
    this.tell(opening, undefined);
  }

  /** Nobody will open it any more: the call that waits for that is told. */
  protected refuseOpening(error: unknown): void {
    const { opening } = this;
    this.opening = undefined;
    if (opening !== undefined) this.refuse(opening, error);
  }

  /** Notes what an end returned. Most return nothing, and need no room for it (workload create). */
  protected note(side: Side, value: unknown): void {
    if (value !== this.#returned?.[side]) (this.#returned ??= {})[side] = value;
  }

  /** Ends it from outside. Each end is told once: by its calls that wait, or else by its next. */
  protected endWith(reason: unknown, ...told: (Call | undefined)[]): void {
    this.phase = ENDED;
    this.cause = reason;
    this.#owed = new Set<Side>([CLIENT, SERVER]);
    for (const call of told) if (call !== undefined) this.#owed.delete(call.side);
    // In a body of several channels, no call of this one has waited to be opened.
    if (this.opening !== undefined && !this.shared) this.#owed.delete(SERVER);
  }

  /** Settles a call that comes after the end: with the reason for it, if its end has still to be told. */
  protected finishLate(call: Call): void {
    if (this.#owed?.delete(call.side) && bringsItem(call)) this.refuse(call, this.cause);
    else this.finish(call, undefined, false);
  }

  /** Settles a call that nobody answers any more; one that was not handed over, as a finished generator does. */
  protected finish(call: Call, value: unknown, handed: boolean): void {
    const { kind } = call;
    if (isPlain(kind)) {
      this.refuse(call, this.closedFor(call.side, !handed));
      // To leave is no error: a `send` that nobody awaits does not end the program for it.
      if (call.side === SERVER && this.left) call.answered?.catch(() => {});
    } else if (handed || kind === NEXT) this.tell(call, { value, done: true });
    else if (kind === THROW) this.refuse(call, call.value);
    else this.tell(call, { value: call.value, done: true });
  }

  /** Answers a call, which is settled when all is at rest. */
  protected tell(call: Call, outcome: unknown): void {
    call.value = outcome;
    answered.push(call);
  }

  protected refuse(call: Call, error: unknown): void {
    this.tell(call, new Failure(error));
  }

  /** All is at rest: settles the calls that have been answered, in order. */
  protected settle(): void {
    for (let call = answered.head; call !== undefined; call = answered.head) {
      answered.remove(call);
      call.settle(call.value);
    }
    const { ended } = this;
    if (ended !== undefined && this.closed && this.idle) {
      this.ended = undefined;
      ended();
    }
  }

  /** An end leaves. The other end's calls that wait are told or, if there are none, the next to come. */
  #depart(call: Call): void {
    const { side, kind, value } = call;
    const toBody = side === CLIENT && this.bodyRuns;
    // An error that comes before there is anybody to catch it stays with the client.
    const early = side === CLIENT && kind === THROW;
    let answer: unknown = early ? new Failure(value) : { value: undefined, done: true };
    if (kind === THROW) this.cause = value;
    else {
      this.note(side, value);
      answer = { value, done: true };
    }
    if (side === CLIENT) {
      // The server's error, if nobody will come for it any more, goes to the client that leaves.
      const last = this.phase === CLOSED ? this.last : undefined;
      if (last?.kind === THROW) answer = new Failure(last.value);
      this.left = true;
      this.finishRequests();
    }
    if (this.opening !== undefined) this.refuseOpening(this.closedFor(SERVER, true));
    if (toBody) this.add(call);
    else {
      this.phase = side === CLIENT ? LEFT : CLOSED;
      this.add(createCall(side, early ? RETURN : kind, early ? undefined : value));
    }
    this.advance();
    // Who leaves is told at once, even if the other end has still to hear of it.
    if (!toBody) this.tell(call, answer);
  }

  #obituary(): string {
    const of = this.name === undefined ? "" : ` of "${this.name}"`;
    if (this.#owed !== undefined) return `The signal${of} has aborted`;
    return this.left ? `The client${of} has left` : `The server${of} has closed`;
  }
}
