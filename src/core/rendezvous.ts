import { ChannelClosed, ChannelOverflow } from "../errors.ts";
import { carries, CLIENT, createCall, NEXT, RETURN, SEND, SERVER, THROW } from "./call.ts";
import type { Call, Side } from "./call.ts";
import { Queue } from "./queue.ts";
import { fail } from "./settle.ts";

/** A channel's life, which only advances. */
type Phase = typeof FRESH | typeof OPEN | typeof CLOSED | typeof ENDED;
/** The server end has not been opened by a first request. */
const FRESH = 0;
/** Both ends may call. */
const OPEN = 1;
/** An end has closed, of which the other has still to hear. */
const CLOSED = 2;
/** Nothing waits, and nothing will. */
const ENDED = 3;

/** An `AbortController`, as far as it matters here. */
interface Watcher {
  abort(reason: unknown): void;
}

/**
 * The state machine in which the two ends of a channel meet: synchronous, and free of promises, timers and signals.
 *
 * The client calls c1, c2, c3 ..., the server s0, s1, s2 ..., where s0 opens its end. **s(k) answers c(k), and c(k+1)
 * answers s(k).** Hence exactly one end waits at any time, and its calls make one queue. The first of them has been
 * handed over: what it brought has answered the other end, which is at work on the answer. Those behind it have not.
 *
 * The exception is a *vacant* place: that of a first call which was cancelled after its hand-over. The answer under way
 * finds nobody. If the call had brought nothing, the answer waits, not handed over, until another such call takes the
 * place. If it had brought a value, the answer is unwanted, and the next call goes on from there. A new channel has a
 * vacant place, too: that of s0.
 *
 * An end that closes tells the other's waiting calls or, if there are none, puts a last call into the queue. That passes
 * by a vacant place.
 *
 * A transition first brings its state to rest, and settles calls only then, since to settle one may run foreign code.
 */
export class Rendezvous {
  /** Whether a body answers for the server end, so that a client that leaves waits for it. */
  scoped = false;
  /** Whether the client has left, even if a body has still to answer. */
  left = false;
  /** What to abort when an end is left with nobody to talk to, by side. */
  watchers: [Watcher | undefined, Watcher | undefined] | undefined;
  /** Called when nothing is left to settle. */
  ended: (() => void) | undefined;

  readonly #limit: number;
  readonly #name: string | undefined;
  readonly #calls = new Queue<Call>();
  #phase: Phase = FRESH;
  /** The end whose place is vacant, so that the first call in the queue has not been handed over. */
  #vacant: Side | undefined = SERVER;
  /** Whether the answer that goes to the vacant place is unwanted. */
  #unwanted = false;
  /** The end that closed, where the other had no call to be told. */
  #closer: Side | undefined;

  /** What either end returned, by side. */
  #returned: [unknown, unknown] | undefined;
  #cause: unknown = undefined;
  #departures: WeakSet<ChannelClosed> | undefined;

  constructor(limit: number, name: string | undefined) {
    this.#limit = limit;
    this.#name = name;
  }

  /** Whether an end has closed. A client that leaves a body does not close: the body does, in answer. */
  get closed(): boolean {
    return this.#phase >= CLOSED;
  }

  /**
   * The call that waits alone, for `side` to answer it: by far the most frequent state, in which all that there is to a
   * hand-over is to settle it, and to let the same object wait on for `side`.
   */
  alone(side: Side): Call | undefined {
    const first = this.#calls.head;
    return first === undefined ||
      first.side === side ||
      first.next !== undefined ||
      this.#phase !== OPEN ||
      this.#vacant !== undefined
      ? undefined
      : first;
  }

  /** A call comes in. */
  enter(call: Call): void {
    const { side, kind } = call;
    const first = this.#calls.head;
    const departs =
      kind === RETURN || (kind === THROW && (side === SERVER || this.#phase === FRESH));
    // Of a client that has gone, only the server's `next` still has something to hear.
    const over =
      this.#phase === ENDED || side === this.#closer || (this.#closer === CLIENT && kind !== NEXT);
    if (over) this.#finish(call, undefined, false);
    else if (departs) this.#depart(call, first);
    else if (first === undefined || first.side === side) this.#wait(call, first);
    else this.#meet(call, first);
  }

  /** The server's body ends. @returns Whether the client gets to hear how. */
  close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    const heard = !this.closed;
    this.enter(createCall(SERVER, kind, value));
    return heard;
  }

  /** The channel is ended from outside, unless an end has closed: then only its waiting calls are given up. */
  destroy(reason: unknown): void {
    const calls = this.#calls.drain();
    const last = this.#closer === undefined ? undefined : calls.pop();
    if (last === undefined) {
      this.#cause = reason;
      this.#end();
    } else {
      this.#vacant = this.#closer;
      this.#calls.push(last);
    }
    calls.forEach((call, i) => {
      if (i === 0 || call.side === SERVER) fail(call, reason);
      else this.#finish(call, undefined, false);
    });
    this.announce(CLIENT);
    this.announce(SERVER);
  }

  /** Settles the client's requests, since it leaves; an earlier departure goes on waiting for the body. */
  withdraw(): void {
    if (this.#calls.head?.side !== CLIENT) return;
    let handed = this.#vacant === undefined;
    for (const call of this.#calls.drain()) {
      if (call.kind === RETURN) this.#calls.push(call);
      else {
        if (handed) this.#vacant = CLIENT;
        this.#finish(call, undefined, handed);
      }
      handed = false;
    }
  }

  /** A waiting call does not wait any longer. */
  cancel(call: Call, reason: unknown): void {
    const handed = call === this.#calls.head && this.#vacant === undefined;
    this.#calls.remove(call);
    if (handed) {
      this.#vacant = call.side;
      this.#unwanted = !call.receives;
      // The first behind it that brings nothing takes the place.
      let next = this.#calls.head;
      for (; call.receives && next !== undefined && next.kind <= SEND; next = this.#calls.head) {
        if (!carries(next)) {
          this.#vacant = undefined;
          break;
        }
        this.#calls.remove(next);
        refuse(next);
      }
    }
    fail(call, reason);
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

  /** Whether `error` is what the channel was ended with. */
  isCause(error: unknown): boolean {
    return error === this.#cause;
  }

  /** An end leaves. Who waits on the other end is told, and else who calls next. */
  #depart(call: Call, first: Call | undefined): void {
    const { side, kind, value } = call;
    const handed = this.#vacant === undefined;
    const toBody = side === CLIENT && this.scoped && this.#phase === OPEN;
    let untold: Call | undefined;
    if (kind === THROW) this.#cause = value;
    else this.#note(side, value);
    if (side === CLIENT) {
      this.left = true;
      // An error that comes before there is anybody to catch it stays with the client.
      if (kind === THROW) {
        call.kind = RETURN;
        call.value = undefined;
      }
    }
    if (first !== undefined && first.side !== side) {
      this.#calls.remove(first);
      const others = this.#calls.drain();
      untold = others.at(-1) ?? first;
      if (toBody) {
        this.#vacant = undefined;
        this.#calls.push(call);
      } else this.#end();
      this.#deliver(call, first, handed);
      for (const other of others) this.#finish(other, undefined, false);
    } else {
      if (side === CLIENT) this.withdraw();
      this.#calls.push(call);
      if (!toBody) {
        this.#phase = CLOSED;
        this.#closer = side;
        if (this.#calls.head === call) this.ended?.();
      }
    }
    if (!toBody) {
      // Who leaves is told at once, even if the call waits on for the other end to hear it: that settles it in vain.
      // The server's error, if nobody will come for it any more, goes to the client that leaves.
      if (this.#closer === SERVER && untold?.kind === THROW) fail(call, untold.value);
      else if (kind === THROW && side === CLIENT) fail(call, value);
      else call.settle({ value: kind === RETURN ? value : undefined, done: true });
    }
    this.announce(CLIENT);
    this.announce(SERVER);
  }

  /** `call` waits behind those of its end, or as the first. */
  #wait(call: Call, first: Call | undefined): void {
    if (this.#calls.length >= this.#limit) {
      fail(call, new ChannelOverflow(this.#limit));
      return;
    }
    const takesPlace =
      first === undefined && this.#vacant === call.side && !this.#unwanted && call.kind <= SEND;
    if (takesPlace && carries(call)) refuse(call);
    else {
      if (takesPlace) this.#vacant = undefined;
      this.#calls.push(call);
    }
  }

  /** The other end waits: `call` answers `first` and is answered by the next, or takes a place and is answered itself. */
  #meet(call: Call, first: Call): void {
    const vacant = this.#vacant;
    const item = first.kind <= SEND;
    let answers = vacant === undefined;
    if (vacant === call.side) {
      if (this.#unwanted) answers = item || (first.kind === THROW && first.side === CLIENT);
      else if (item && carries(call)) {
        refuse(call);
        return;
      } else answers = item && call.kind === THROW;
    }
    if (this.#phase === FRESH) this.#phase = OPEN;
    this.#vacant = undefined;
    let next: Call | undefined = first;
    if (answers) {
      this.#calls.remove(first);
      next = this.#calls.head;
      if (next === undefined) this.#calls.push(call);
    }
    if (next !== undefined && next.kind > SEND && next.side === this.#closer) {
      this.#calls.remove(next);
      this.#end();
    }
    if (answers) this.#deliver(call, first, vacant === undefined);
    if (next !== undefined) this.#deliver(next, call, answers);
  }

  /** Notes what an end returned. Most return nothing, and need no room for it (workload create). */
  #note(side: Side, value: unknown): void {
    if (value !== this.#returned?.[side]) (this.#returned ??= [undefined, undefined])[side] = value;
  }

  #end(): void {
    this.#phase = ENDED;
    this.#vacant = undefined;
    this.ended?.();
  }

  /** Settles `to` with what `from` brings. */
  #deliver(from: Call, to: Call, handed: boolean): void {
    const { kind, value } = from;
    from.value = undefined;
    if (kind === THROW) fail(to, value);
    else if (kind === RETURN) {
      this.#note(from.side, value);
      this.#finish(to, value, handed);
    } else to.settle(to.kind === SEND ? value : { value, done: false });
  }

  /** Settles a call that nobody answers any more; one that was not handed over, as a finished generator does. */
  #finish(call: Call, value: unknown, handed: boolean): void {
    if (call.kind === SEND) fail(call, this.closedFor(call.side, !handed));
    else if (handed || call.kind === NEXT) call.settle({ value, done: true });
    else if (call.kind === THROW) fail(call, call.value);
    else call.settle({ value: call.value, done: true });
  }
}

/** A call that brings a value while its end has an item to take first: to let it pass would pair it with the wrong one. */
function refuse(call: Call): void {
  fail(
    call,
    new TypeError(
      `Could not send before the item of a cancelled receive is taken: ${typeof call.value}`,
    ),
  );
}
