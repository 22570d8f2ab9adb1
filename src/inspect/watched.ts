import { NEXT, OPEN, PUT, RECEIVE, RETURN, SEND, THROW } from "../core/call.ts";
import type { Call, Side } from "../core/call.ts";
import type { ChannelClosed } from "../core/errors.ts";
import { ENDED } from "../core/life.ts";
import type { Life } from "../core/life.ts";
import { Rendezvous } from "../core/rendezvous.ts";
import type { Handed } from "./events.ts";
import { runObserved } from "./observed.ts";
import { Observer } from "./observer.ts";
import type { Showing } from "./observer.ts";

/** What each kind of call is called. */
export const ops: Readonly<Record<number, string>> = {
  [OPEN]: "server",
  [RECEIVE]: "receive",
  [SEND]: "send",
  [PUT]: "put",
  [NEXT]: "next",
  [THROW]: "throw",
  [RETURN]: "return",
};

const showing: Showing<Call> = {
  get entry() {
    return Watched.prototype.enter;
  },
  op: ({ kind }) => ops[kind]!,
  brought: ({ kind, value }) =>
    kind === SEND || kind === PUT || value !== undefined ? { value } : undefined,
  answer({ kind }, outcome) {
    if (kind < NEXT) return ["item", handed(outcome)];
    const { value, done } = outcome as IteratorResult<unknown>;
    return [done === true ? "done" : "item", handed(value)];
  },
};

function handed(value: unknown): Handed | undefined {
  return value === undefined ? undefined : { value };
}

/** A {@link Rendezvous} that tells of every call that comes in, and of every answer. */
export class Watched extends Rendezvous {
  readonly observer: Observer<Call>;

  constructor(limit: number, name: string | undefined) {
    super(limit, name);
    this.observer = new Observer(this, showing);
  }

  /** Finds nobody, so that every call comes in through `enter`. */
  override handOver(): undefined {
    return undefined;
  }

  override enter(call: Call): void {
    this.observer.enter(call, () => super.enter(call));
  }

  override open(opening: Call): void {
    this.observer.open(opening);
    super.open(opening);
  }

  override giveUp(reason: unknown): void {
    this.observer.cancel(this.opening);
    super.giveUp(reason);
  }

  override run<S, R>(body: (server: S) => R, server: S, lives: readonly Life[] = [this]): R {
    return runObserved(body, server, lives);
  }

  override close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    return this.observer.close(() => super.close(kind, value));
  }

  override cancel(call: Call, reason: unknown): void {
    this.observer.cancel(call);
    super.cancel(call, reason);
  }

  override destroy(reason: unknown): void {
    if (this.phase !== ENDED) this.observer.abort();
    super.destroy(reason);
  }

  override closedFor(side: Side, undelivered: boolean): ChannelClosed {
    return this.observer.closedFor(() => super.closedFor(side, undelivered));
  }

  protected override deliver(from: Call, to: Call, handed: boolean): void {
    this.observer.deliver(from, to);
    super.deliver(from, to, handed);
  }
}
