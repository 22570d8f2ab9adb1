import {
  asks,
  bringsItem,
  CLIENT,
  isPlain,
  opposite,
  PUT,
  RETURN,
  SEND,
  SERVER,
  THROW,
} from "./call.ts";
import type { Call, Side } from "./call.ts";
import { ENDED, FRESH, LEFT, Life, OPENED } from "./life.ts";
import { Queue } from "./queue.ts";
import { Failure } from "./settle.ts";

/** What becomes of an item that comes as the answer to an open place. */
type Due = typeof DROPPED | typeof OPTIONAL | typeof WANTED;
/** Nobody takes it, since the `send` that it answers was cancelled: the next call passes it by. */
const DROPPED = 0;
/** A call that asks takes it, any other passes it by: the client has opened the channel with it. */
const OPTIONAL = 1;
/** A call that asks takes it; any other passes it by only if it is `undefined`, and is refused otherwise. */
const WANTED = 2;

const untaken = "Not sent: an answer has come that nobody has taken: receive() it first";
const unheard = "The server has sent first, and passed this put() by";

/**
 * The state machine in which the two ends of a channel meet: synchronous, and free of promises, timers and signals.
 *
 * The client calls c1, c2, c3 ..., the server s1, s2, s3 ... **s(k) answers c(k), and c(k+1) answers s(k).** So at any
 * time there is one *place*: that of the call which was handed over last and has not been answered. What it brought has
 * answered the other end, which is at work on the answer. All other calls queue: behind the place, if they are of its end,
 * or else, if it is *open*, as its answer.
 *
 * A place is open when no call waits in it: after a `put`, after a call that was cancelled, and in a new channel, where it is
 * the server's, for what c1 brings. The answer to an open place is not handed over when it comes, but when the end of the
 * place calls again, and takes it or passes it by.
 *
 * An end that closes tells the calls of the other end that wait or, if there are none, leaves a last call in the queue.
 */
export class Rendezvous extends Life {
  /** Whose place it is. */
  #turn: Side = SERVER;
  /** The call that waits in the place for its answer; none, if the place is open. */
  #place: Call | undefined;
  /** What an open place does with its answer. */
  #due: Due = OPTIONAL;
  /** All other calls that wait. At rest, they are of one end. */
  readonly #calls = new Queue<Call>();

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
      this.phase !== OPENED
    ) {
      return undefined;
    }
    this.#turn = place.side = side;
    return place;
  }

  /** Whether the client's first request has brought something that the server may still receive. */
  get brought(): boolean {
    const first = this.#first(CLIENT);
    return this.#due === OPTIONAL && first !== undefined && bringsItem(first);
  }

  /** A waiting call does not wait any longer. */
  cancel(call: Call, reason: unknown): void {
    if (call === this.#place) this.#vacate(call.kind === SEND ? DROPPED : WANTED);
    else this.#calls.remove(call);
    this.refuse(call, reason);
    this.advance();
    this.settle();
  }

  /**
   * If an end has closed, this gives up only the calls that wait. But a client from which items are cut off is told of the
   * cut, and not that the server has returned.
   */
  destroy(reason: unknown): void {
    if (this.phase === ENDED) return;
    const place = this.#vacate(DROPPED);
    const calls = this.#calls.drain();
    const last = this.closed ? calls.pop() : undefined;
    const cut = calls.length > 0;
    if (place !== undefined) calls.unshift(place);
    if (last !== undefined && (last.kind === THROW || !cut)) this.#calls.push(last);
    else this.endWith(reason, calls[0]);
    this.refuseOpening(reason);
    calls.forEach((call, i) => {
      if (i === 0 || call.side === SERVER) this.refuse(call, reason);
      else this.finish(call, undefined, false);
    });
    this.settle();
    this.announce(CLIENT);
    this.announce(SERVER);
  }

  protected add(call: Call): void {
    this.#calls.push(call);
  }

  protected get last(): Call | undefined {
    return this.#calls.tail;
  }

  protected waitingOf(side: Side): number {
    const queued = this.#calls.head?.side === side ? this.#calls.length : 0;
    return this.#place?.side === side ? queued + 1 : queued;
  }

  protected finishRequests(): void {
    const place = this.#place;
    if (place?.side === CLIENT && place.kind !== RETURN) {
      this.#vacate(WANTED);
      this.finish(place, undefined, true);
    }
    if (this.#calls.head?.side !== CLIENT) return;
    for (const call of this.#calls.drain()) {
      if (call.kind === RETURN) this.#calls.push(call);
      else this.finish(call, undefined, false);
    }
  }

  protected get idle(): boolean {
    return this.#place === undefined && this.#calls.length <= 1;
  }

  protected advance(): void {
    if (this.opening !== undefined && this.#first(CLIENT) !== undefined) this.begin(this.opening);
    while (this.#calls.head !== undefined && this.#step());
  }

  /** One call meets another. @returns Whether it does, so that more may follow. */
  #step(): boolean {
    const answer = this.#first(opposite(this.#turn));
    const place = this.#place;
    if (place !== undefined) return answer !== undefined && this.#answer(place, answer, true);
    const call = this.#first(this.#turn);
    const departs = call !== undefined && !bringsItem(call);
    // Nothing is due: the first request of a client that brings nothing need not wait until the server calls.
    if (answer !== undefined && !departs && this.#opensWithNothing(answer)) {
      return this.#takePlace(answer);
    }
    if (call === undefined) return false;
    if (answer !== undefined && !bringsItem(answer)) return this.#hear(answer, call);
    const takes = this.#due === WANTED || (this.#due === OPTIONAL && answer !== undefined);
    if (takes && asks(call)) return this.#waitInPlace(call);
    if (answer === undefined) return false;
    if (departs) return this.#answer(answer, call, false);
    if (this.#due === WANTED && answer.value !== undefined) return this.#refuseUntaken(call);
    return this.#passBy(answer);
  }

  #opensWithNothing(answer: Call): boolean {
    return (
      this.#due === OPTIONAL &&
      this.phase !== FRESH &&
      bringsItem(answer) &&
      answer.value === undefined
    );
  }

  /** `call` meets an error or an ending, which is for whoever comes, unless that is one itself. */
  #hear(answer: Call, call: Call): boolean {
    const last = this.#isLast(answer);
    if (!bringsItem(call) && !last) return this.#answer(answer, call, false);
    if (this.#due === DROPPED && answer.kind === THROW && !last) return this.#takePlace(answer);
    return this.#answer(call, answer, false);
  }

  /** `call` waits in the open place, be its answer there or not. */
  #waitInPlace(call: Call): boolean {
    this.#calls.remove(call);
    this.#place = call;
    return true;
  }

  /** `call` brings something where another answer has to be taken first. */
  #refuseUntaken(call: Call): boolean {
    this.#calls.remove(call);
    this.refuse(call, new TypeError(untaken));
    return true;
  }

  /** Nobody takes the answer. */
  #passBy(answer: Call): boolean {
    const unnoticed = this.#due === OPTIONAL && answer.kind === PUT;
    return this.#takePlace(answer, unnoticed ? new Failure(new TypeError(unheard)) : undefined);
  }

  /** `to` is answered by `by`, which takes the place. */
  #answer(to: Call, by: Call, handed: boolean): boolean {
    if (to !== this.#place) this.#calls.remove(to);
    this.deliver(by, to, handed);
    return this.#takePlace(by);
  }

  /** What `call` brought has been handed over, or passed by. A `put` leaves the place open, and so does the last call. */
  #takePlace(call: Call, outcome?: Failure): boolean {
    const last = this.#isLast(call);
    if (last) this.phase = ENDED;
    this.#calls.remove(call);
    this.#turn = call.side;
    this.#vacate(WANTED);
    call.value = undefined;
    if (call.kind === PUT) this.tell(call, outcome);
    else if (!last) this.#place = call;
    if (last || call.kind === RETURN) this.#finishAll(opposite(call.side));
    return true;
  }

  /** The first call of an end has been told that the other has left; the rest are done. */
  #finishAll(side: Side): void {
    if (this.#calls.head?.side !== side) return;
    for (const call of this.#calls.drain()) this.finish(call, undefined, false);
  }

  /** Whether nothing follows a call. */
  #isLast(call: Call): boolean {
    return !bringsItem(call) && (call.side === SERVER || this.phase === LEFT);
  }

  /** The first in the queue that is of this end. A call of the other end may be there only until it has been met. */
  #first(side: Side): Call | undefined {
    const { head, tail } = this.#calls;
    if (head?.side === side) return head;
    return tail?.side === side ? tail : undefined;
  }

  /** Opens the place. @returns The call that waited there. */
  #vacate(due: Due): Call | undefined {
    const place = this.#place;
    this.#place = undefined;
    this.#due = due;
    return place;
  }

  /** Answers `to` with what `from` brings. */
  protected deliver(from: Call, to: Call, handed: boolean): void {
    const { kind, value } = from;
    if (kind === THROW) this.refuse(to, value);
    else if (kind === RETURN) {
      this.note(from.side, value);
      this.finish(to, value, handed);
    } else this.tell(to, isPlain(to.kind) ? value : { value, done: false });
  }
}
