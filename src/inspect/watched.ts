import { CLIENT, NEXT, OPEN, PUT, RECEIVE, RETURN, SEND, THROW } from "../core/call.ts";
import type { Call, Side } from "../core/call.ts";
import type { ChannelClosed } from "../core/errors.ts";
import { ENDED } from "../core/life.ts";
import type { Life } from "../core/life.ts";
import { Rendezvous } from "../core/rendezvous.ts";
import { Failure } from "../core/settle.ts";
import { completeStack } from "./closed.ts";
import type { End, Handed, How } from "./events.ts";
import { Log } from "./log.ts";
import { withDepth } from "./place.ts";

/** What each kind of call is called. */
const ops: Readonly<Record<number, string>> = {
  [OPEN]: "server",
  [RECEIVE]: "receive",
  [SEND]: "send",
  [PUT]: "put",
  [NEXT]: "next",
  [THROW]: "throw",
  [RETURN]: "return",
};

/** What is known of a call until it has been answered. */
interface Seen {
  readonly number: number;
  /** The user's frames. */
  readonly frames: string;
  how: How | undefined;
  /** The call of the other end that answers it. */
  by: number | undefined;
}

/** A {@link Rendezvous} that tells of every call that comes in, and of every answer. */
export class Watched extends Rendezvous {
  readonly log: Log;
  readonly #seen = new WeakMap<Call, Seen>();
  /** The errors that are not the user's. */
  readonly #closed = new WeakSet<object>();
  /** The call that comes in. */
  #entering: number | undefined;
  /** Whether the body ends, which is no call of anybody. */
  #bodyEnds = false;
  #aborts = false;

  constructor(limit: number, name: string | undefined) {
    super(limit, name);
    this.log = new Log(this);
  }

  /** Finds nobody, so that every call comes in through `enter`. */
  override handOver(): undefined {
    return undefined;
  }

  override enter(call: Call): void {
    if (this.#bodyEnds) {
      this.#bodyEnds = false;
      super.enter(call);
      return;
    }
    const outer = this.#entering;
    this.#entering = this.#see(call, ops[call.kind]!);
    super.enter(call);
    this.#entering = outer;
  }

  override open(opening: Call): void {
    this.#see(opening, this.shared ? "serveAll" : this.scoped ? "serve" : "server");
    super.open(opening);
  }

  override giveUp(reason: unknown): void {
    const seen = this.opening && this.#seen.get(this.opening);
    if (seen !== undefined) seen.how = "aborted";
    super.giveUp(reason);
  }

  override run<S, R>(body: (server: S) => R, server: S, served: readonly Life[] = [this]): R {
    const logs = served.flatMap((life) => (life instanceof Watched ? life.log : []));
    return this.log.run(body, server, logs);
  }

  override close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    this.#bodyEnds = true;
    const heard = super.close(kind, value);
    this.#bodyEnds = false;
    if (this.closed) this.log.known.ended = true;
    return heard;
  }

  override cancel(call: Call, reason: unknown): void {
    const seen = this.#seen.get(call);
    if (seen !== undefined) seen.how = "aborted";
    super.cancel(call, reason);
  }

  override destroy(reason: unknown): void {
    if (this.phase === ENDED) return;
    this.#aborts = true;
    this.log.abort();
    super.destroy(reason);
  }

  override closedFor(side: Side, undelivered: boolean): ChannelClosed {
    const closed = withDepth(() => super.closedFor(side, undelivered));
    this.#closed.add(closed);
    return closed;
  }

  protected override deliver(from: Call, to: Call, handed: boolean): void {
    const sender = this.#seen.get(from);
    const receiver = this.#seen.get(to);
    // An end that leaves tells so in a call of its own making.
    if (receiver !== undefined) receiver.by = sender?.number ?? this.#entering;
    if (sender !== undefined && from.kind === PUT) sender.by = receiver?.number;
    super.deliver(from, to, handed);
  }

  protected override begin(opening: Call): void {
    const seen = this.#seen.get(opening);
    if (seen !== undefined) seen.by = this.#entering ?? firstOf(this.log.known.client.waiting);
    super.begin(opening);
  }

  /** Tells of a call, and of its answer when that has come. */
  #see(call: Call, op: string): number {
    const end = endOf(call.side);
    const { kind, value, settle } = call;
    const brings = kind === SEND || kind === PUT || kind === THROW || value !== undefined;
    const { call: number, frames } = this.log.call(end, op, this.name, brings ? { value } : undefined);
    const seen: Seen = { number, frames, how: undefined, by: undefined };
    this.#seen.set(call, seen);
    call.settle = (outcome) => {
      this.#answered(end, call, seen, outcome);
      settle(outcome);
    };
    return number;
  }

  #answered(end: End, call: Call, seen: Seen, outcome: unknown): void {
    let how = seen.how ?? "item";
    let handed: Handed | undefined;
    if (outcome instanceof Failure) {
      const { error } = outcome;
      if (typeof error === "object" && error !== null && this.#closed.has(error)) {
        how = "closed";
        completeStack(error as ChannelClosed, this.#entering === seen.number ? undefined : seen.frames);
      } else if (seen.how === undefined) how = this.#aborts && this.isCause(error) ? "aborted" : "error";
    } else if (call.kind >= NEXT) {
      const { value, done } = outcome as IteratorResult<unknown>;
      if (done === true) how = "done";
      handed = { value };
    } else if (call.kind === RECEIVE || call.kind === SEND) handed = { value: outcome };
    if (handed?.value === undefined) handed = undefined;
    if (this.closed) this.log.known.ended = true;
    this.log.answer(end, seen.number, how, seen.by, handed);
  }
}

function endOf(side: Side): End {
  return side === CLIENT ? "client" : "server";
}

function firstOf(calls: ReadonlyMap<number, unknown>): number | undefined {
  return calls.keys().next().value;
}
