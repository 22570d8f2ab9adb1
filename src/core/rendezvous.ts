import { ChannelClosed, ChannelOverflow } from "../errors.ts";
import type { Settle } from "./abort.ts";
import { Call, CLIENT, NEXT, RETURN, SEND, SERVER, THROW } from "./call.ts";
import type { Kind, Side } from "./call.ts";
import { Queue } from "./queue.ts";

/** A channel's life, which only advances. */
type Phase = typeof FRESH | typeof OPEN | typeof CLOSED | typeof ENDED;
/** The client has not asked for anything yet. */
const FRESH = 0;
/** Both ends may call. */
const OPEN = 1;
/** The server has closed; what it sent before, and its ending, are still to be taken. */
const CLOSED = 2;
/** Nothing waits, and nothing will. */
const ENDED = 3;

function nobodyListens(): void {}

/**
 * The state machine in which the two ends of a channel meet: synchronous, and free of promises, timers and signals.
 *
 * The client calls c1, c2, c3 ..., the server s0, s1, s2 ..., where s0 opens its end. **s(k) answers c(k), and c(k+1)
 * answers s(k).** Hence exactly one end waits at any time, and its calls make one queue. The first of them has been
 * handed over: what it brought has answered the other end, which is at work on the answer. Those behind it have not.
 *
 * There is one exception, the *vacant* place: a first call that brought nothing and was cancelled after its hand-over.
 * The answer that is under way then waits, not handed over, until a call of the same end takes the place. A new channel
 * is such a case: s0 is expected by nobody's doing.
 *
 * A transition first brings its state to rest, and settles calls only then, since to settle one may run foreign code.
 */
export class Rendezvous {
  /** Whether a body answers for the server end, so that a client that leaves waits for it. */
  scoped = false;

  readonly #limit: number;
  readonly #name: string | undefined;
  readonly #calls = new Queue<Call>();
  #phase: Phase = FRESH;
  /** The end whose place is vacant, so that the first call in the queue has not been handed over. */
  #vacant: Side | undefined = SERVER;

  /** What either end returned, by side. */
  readonly #returned: [unknown, unknown] = [undefined, undefined];
  #cause: unknown = undefined;
  #clientLeft = false;
  /** Whether the client left while no call of the server was there to be told. */
  #untold = false;
  #departures: WeakSet<ChannelClosed> | undefined = undefined;
  #watchers: [side: Side, gone: () => void][] | undefined = undefined;

  constructor(limit: number, name: string | undefined) {
    this.#limit = limit;
    this.#name = name;
  }

  /** Whether the server has closed, or the client has left a server that does not wait for it. */
  get closed(): boolean {
    return this.#phase >= CLOSED;
  }

  get clientLeft(): boolean {
    return this.#clientLeft;
  }

  /** One end brings a value, and asks for the other's. */
  exchange(side: Side, kind: Kind, value: unknown, resolve: Settle, reject: Settle): void {
    const first = this.#calls.head;
    if (
      first === undefined ||
      first.side === side ||
      first.next !== undefined ||
      first.cancellable ||
      this.#vacant !== undefined
    ) {
      this.enter(new Call(side, kind, value, resolve, reject));
      return;
    }
    // By far the most frequent case: the other end waits, alone. The same object waits on for this end.
    const answer = first.resolve;
    const bare = first.kind === SEND;
    first.side = side;
    first.kind = kind;
    first.resolve = resolve;
    first.reject = reject;
    answer(bare ? value : { value, done: false });
  }

  /** A call comes in: a value of either end, or the client's error. */
  enter(call: Call): void {
    if (this.#phase === ENDED || (this.#phase === CLOSED && call.side === SERVER)) {
      const untold = this.#untold && call.kind === NEXT;
      if (untold) this.#untold = false;
      this.#finish(call, untold ? this.#returned[CLIENT] : undefined, false);
    } else if (this.#phase === FRESH && call.side === CLIENT) this.#start(call);
    else this.#place(call);
  }

  /** The client leaves. A body that serves it is told, and answers; a bare server end is not waited for. */
  leave(call: Call): void {
    this.#clientLeft = true;
    if (this.#phase === ENDED) this.#finish(call, undefined, false);
    else if (this.scoped && this.#phase === OPEN) this.#leaveBody(call);
    else this.#leaveChannel(call);
  }

  /**
   * Settles the client's waiting requests, since it is leaving. An earlier departure keeps waiting for the body.
   *
   * @param departure The call that leaves, unless what it leaves with is still to be awaited.
   */
  withdraw(departure?: Call): void {
    const calls = this.#calls.head?.side === CLIENT ? this.#calls.drain() : [];
    const handed = this.#vacant === undefined;
    const withdrawn = calls.filter((call) => call.kind !== RETURN);
    if (handed && withdrawn.length > 0 && withdrawn[0] === calls[0]) this.#vacant = CLIENT;
    for (const call of calls) if (call.kind === RETURN) this.#calls.push(call);
    if (departure !== undefined) this.#calls.push(departure);
    this.#finishAll(withdrawn, undefined, handed && this.#vacant === CLIENT);
  }

  /**
   * The server closes, with a value or an error, which takes its turn behind what the server has sent.
   *
   * @returns Whether this is what the client gets to hear.
   */
  close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    if (this.closed) return false;
    if (kind === RETURN) this.#returned[SERVER] = value;
    else this.#cause = value;
    const ending = new Call(SERVER, kind, value, nobodyListens, nobodyListens);
    if (this.#calls.head?.side === CLIENT) {
      const handed = this.#vacant === undefined;
      const [first, ...others] = this.#end();
      this.#deliver(ending, first as Call, handed);
      this.#finishAll(others, undefined, false);
    } else {
      this.#phase = CLOSED;
      this.#calls.push(ending);
    }
    this.#announce(CLIENT);
    this.#announce(SERVER);
    return true;
  }

  /** The channel is ended from outside. */
  destroy(reason: unknown): void {
    if (this.#phase === ENDED) return;
    this.#cause = reason;
    const calls = this.#end();
    const all = calls[0]?.side === SERVER;
    for (const call of all ? calls : calls.slice(0, 1)) call.reject(reason);
    if (!all) this.#finishAll(calls.slice(1), undefined, false);
    this.#announce(CLIENT);
    this.#announce(SERVER);
  }

  /** Ends the wait of a call. */
  cancel(call: Call, reason: unknown): void {
    if (call !== this.#calls.head || this.#vacant !== undefined) {
      this.#calls.remove(call);
      call.reject(reason);
    } else if (call.receives) {
      this.#calls.remove(call);
      const refused = this.#vacate(call.side);
      call.reject(reason);
      for (const other of refused) this.#refuse(other);
    } else {
      const { reject } = call;
      call.abandoned = true;
      call.resolve = call.reject = nobodyListens;
      reject(reason);
    }
  }

  /** Calls `gone` once, when `side` is left with nobody to talk to. */
  watch(side: Side, gone: () => void): void {
    if (this.closed || (side === SERVER && this.#clientLeft)) gone();
    else (this.#watchers ??= []).push([side, gone]);
  }

  /** The error for a call of `side` that nobody will answer. */
  closedFor(side: Side, undelivered: boolean): ChannelClosed {
    const closed = new ChannelClosed({
      value: this.#returned[side === CLIENT ? SERVER : CLIENT],
      undelivered,
      cause: this.#cause,
      name: this.#name,
    });
    if (side === SERVER && this.scoped) (this.#departures ??= new WeakSet()).add(closed);
    return closed;
  }

  /** Whether `error` is what told this channel's body that its client has left. */
  isDeparture(error: unknown): error is ChannelClosed {
    return error instanceof ChannelClosed && this.#departures?.has(error) === true;
  }

  /** Whether `error` is what the channel ended with, or a departure. */
  ended(error: unknown): boolean {
    return error === this.#cause || this.isDeparture(error);
  }

  /** The client's first call. An error has nobody to catch it yet, as in a generator that has not started. */
  #start(call: Call): void {
    if (call.kind !== THROW) {
      this.#phase = OPEN;
      this.#place(call);
      return;
    }
    this.#clientLeft = true;
    this.#cause = call.value;
    this.#finishAll(this.#end(), undefined, true);
    call.reject(call.value);
    this.#announce(CLIENT);
    this.#announce(SERVER);
  }

  #place(call: Call): void {
    const first = this.#calls.head;
    if (first === undefined || first.side === call.side) this.#wait(call, first);
    else if (this.#vacant === undefined) this.#meet(call, first, true);
    else if (this.#vacant === call.side) this.#takePlace(call, first);
    else this.#hear(call, first, false);
  }

  #wait(call: Call, first: Call | undefined): void {
    if (first === undefined) {
      if (this.#vacant === call.side && call.kind !== THROW) {
        if (call.carries) {
          this.#refuse(call);
          return;
        }
        this.#vacant = undefined;
      }
    } else if (this.#calls.length - Number(first.abandoned) >= this.#limit) {
      call.reject(new ChannelOverflow(this.#limit, this.#name));
      return;
    }
    this.#calls.push(call);
  }

  /** `call` answers `first`, and is answered by the one behind it, or else waits for that. */
  #meet(call: Call, first: Call, handed: boolean): void {
    this.#calls.remove(first);
    const next = this.#calls.head;
    if (next === undefined) this.#calls.push(call);
    else if (isEnding(next)) this.#end();
    this.#deliver(call, first, handed);
    if (next !== undefined) this.#deliver(next, call, true);
  }

  /** `first` has not been handed over, since the place of the call that it answers is vacant. `call` may take it. */
  #takePlace(call: Call, first: Call): void {
    if (first.kind === THROW || first.kind === RETURN) this.#hear(call, first, !call.carries);
    else if (call.kind === THROW) {
      this.#vacant = undefined;
      this.#meet(call, first, false);
    } else if (call.carries) this.#refuse(call);
    else {
      this.#vacant = undefined;
      this.#deliver(first, call, true);
    }
  }

  /** `first` brings an error or a departure, and `call` is the first to hear of it. */
  #hear(call: Call, first: Call, handed: boolean): void {
    if (isEnding(first)) this.#end();
    this.#vacant = undefined;
    this.#deliver(first, call, handed);
  }

  /** Lets the place of a cancelled call go to the first one behind it that brings nothing. */
  #vacate(side: Side): Call[] {
    const refused: Call[] = [];
    let next = this.#calls.head;
    for (; next?.carries; next = this.#calls.head) {
      this.#calls.remove(next);
      refused.push(next);
    }
    if (next === undefined || next.kind === THROW || next.kind === RETURN) this.#vacant = side;
    return refused;
  }

  #leaveBody(call: Call): void {
    if (this.#calls.head?.side === SERVER) {
      const handed = this.#vacant === undefined;
      const calls = this.#calls.drain();
      const { value } = call;
      this.#vacant = undefined;
      this.#returned[CLIENT] = value;
      this.#calls.push(call);
      this.#finishAll(calls, value, handed);
    } else {
      this.withdraw(call);
    }
    this.#announce(SERVER);
  }

  #leaveChannel(call: Call): void {
    const handed = this.#vacant === undefined;
    const wasOpen = this.#phase === OPEN;
    const calls = this.#end();
    const toServer = calls[0]?.side === SERVER;
    this.#returned[CLIENT] = call.value;
    this.#untold = wasOpen && !toServer;
    this.#finishAll(calls, toServer ? call.value : undefined, handed);
    const last = calls.at(-1);
    // An error that nobody will come for any more goes to the one who leaves.
    if (last !== undefined && isEnding(last) && last.kind === THROW) call.reject(last.value);
    else this.#finish(call, undefined, false);
    this.#announce(CLIENT);
    this.#announce(SERVER);
  }

  /** Leaves the state that nothing comes after, and hands out the calls that waited. */
  #end(): Call[] {
    this.#phase = ENDED;
    this.#vacant = undefined;
    return this.#calls.drain();
  }

  /** Settles `to` with what `from` brings. */
  #deliver(from: Call, to: Call, handed: boolean): void {
    const { kind, value } = from;
    from.value = undefined;
    if (kind === THROW) to.reject(value);
    else if (kind === RETURN) {
      this.#returned[from.side] = value;
      this.#finish(to, value, handed);
    } else to.resolve(to.kind === SEND ? value : { value, done: false });
  }

  /** Settles a call that the other end does not answer any more; one that was not handed over, as a finished generator. */
  #finish(call: Call, value: unknown, handed: boolean): void {
    if (call.kind === SEND) call.reject(this.closedFor(call.side, !handed));
    else if (handed || call.kind === NEXT) call.resolve({ value, done: true });
    else if (call.kind === THROW) call.reject(call.value);
    else call.resolve({ value: call.value, done: true });
  }

  #finishAll(calls: Call[], value: unknown, handed: boolean): void {
    calls.forEach((call, i) => this.#finish(call, i === 0 ? value : undefined, i === 0 && handed));
  }

  #refuse(call: Call): void {
    call.reject(
      new TypeError(
        `Could not send before the answer to a cancelled receive is taken, a value of type: ${typeof call.value}`,
      ),
    );
  }

  #announce(side: Side): void {
    const watchers = this.#watchers;
    if (watchers === undefined) return;
    this.#watchers = watchers.filter((watcher) => watcher[0] !== side);
    for (const watcher of watchers) if (watcher[0] === side) watcher[1]();
  }
}

/** Whether a call is the last that the client hears of the server. */
function isEnding(call: Call): boolean {
  return call.side === SERVER && (call.kind === THROW || call.kind === RETURN);
}
