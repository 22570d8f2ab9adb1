import { CLIENT, OPEN, PUT } from "../core/call.ts";
import type { Call } from "../core/call.ts";
import type { ChannelClosed } from "../core/errors.ts";
import type { Life } from "../core/life.ts";
import { Failure } from "../core/settle.ts";
import { completeStack } from "./closed.ts";
import type { End, Handed, How } from "./events.ts";
import { Log } from "./log.ts";
import { withDepth } from "./place.ts";
import type { Entry } from "./place.ts";

/** What is known of a call until it has been answered. */
interface Seen {
  readonly number: number;
  readonly end: End;
  /** The user's frames. */
  readonly frames: string;
  how: How | undefined;
  /** The call of the other end that answers it. */
  by: number | undefined;
}

/** How the calls of one kind of channel are shown. */
export interface Showing<C extends Call> {
  /** What every call comes in through. */
  readonly entry: Entry;
  /** What was called. */
  op(call: C): string;
  /** What it brings. */
  brought(call: C): Handed | undefined;
  /** How it was answered, unless with an error, and what with. */
  answer(call: C, outcome: unknown): readonly [How, Handed | undefined];
}

/** Sees the calls of one channel come in, and their answers go out. */
export class Observer<C extends Call> {
  readonly log: Log;
  readonly #life: Life;
  readonly #showing: Showing<C>;
  readonly #seen = new WeakMap<Call, Seen>();
  /** The errors that are the library's own. */
  readonly #closed = new WeakSet<object>();
  /** The call that comes in. */
  #entering: Seen | undefined;
  /** Whether the body ends, which is no call of anybody. */
  #bodyEnds = false;
  #aborts = false;

  constructor(life: Life, showing: Showing<C>) {
    this.#life = life;
    this.#showing = showing;
    this.log = new Log(life);
  }

  enter(call: C, then: () => void): void {
    if (this.#bodyEnds) {
      this.#bodyEnds = false;
      then();
      return;
    }
    const outer = this.#entering;
    this.#entering = this.#see(call, this.#showing.op(call), this.#showing.brought(call));
    then();
    this.#entering = outer;
  }

  open(opening: Call): void {
    const { shared, scoped } = this.#life;
    this.#see(opening as C, shared ? "serveAll" : scoped ? "serve" : "server", undefined);
  }

  /** A call waits no longer, since it is taken back. */
  cancel(call: Call | undefined): void {
    const seen = call && this.#seen.get(call);
    if (seen !== undefined) seen.how = "aborted";
  }

  /** The body ends. */
  close(then: () => boolean): boolean {
    this.#bodyEnds = true;
    const heard = then();
    this.#bodyEnds = false;
    this.#noteEnd();
    return heard;
  }

  abort(): void {
    this.#aborts = true;
    this.log.abort();
  }

  /** Makes an error of the library's own. */
  closedFor(make: () => ChannelClosed): ChannelClosed {
    const closed = withDepth(make);
    this.#closed.add(closed);
    return closed;
  }

  /** `to` is answered with what `from` brings. */
  deliver(from: Call, to: Call): void {
    const sender = this.#seen.get(from);
    const receiver = this.#seen.get(to);
    // An end that leaves tells so by a call of its own making.
    if (receiver !== undefined) receiver.by = (sender ?? this.#entering)?.number;
    if (sender !== undefined && from.kind === PUT) sender.by = receiver?.number;
  }

  /** Tells of a call, and of its answer when that has come. */
  #see(call: C, op: string, brought: Handed | undefined): Seen {
    const end = call.side === CLIENT ? "client" : "server";
    const { call: number, frames } = this.log.call(
      end,
      op,
      this.#life.name,
      brought,
      this.#showing.entry,
    );
    const seen: Seen = { number, end, frames, how: undefined, by: undefined };
    this.#seen.set(call, seen);
    const { settle } = call;
    call.settle = (outcome) => {
      this.#answered(call, seen, outcome);
      settle(outcome);
    };
    return seen;
  }

  #answered(call: C, seen: Seen, outcome: unknown): void {
    const { number, end, by } = seen;
    if (outcome instanceof Failure) {
      this.#noteEnd();
      this.log.answer(end, number, this.#howFailed(seen, outcome.error), by);
      return;
    }
    const [how, handed] =
      call.kind === OPEN ? (["item", undefined] as const) : this.#showing.answer(call, outcome);
    const answering = by ?? (how === "item" ? this.#answering(end) : undefined);
    this.#noteEnd();
    this.log.answer(end, number, how, answering, handed);
  }

  #howFailed(seen: Seen, error: unknown): How {
    if (typeof error === "object" && error !== null && this.#closed.has(error)) {
      completeStack(error as ChannelClosed, this.#entering === seen ? undefined : seen.frames);
      return "closed";
    }
    return seen.how ?? (this.#aborts && this.#life.isCause(error) ? "aborted" : "error");
  }

  /** The call of the other end that comes in, or that has waited longest. */
  #answering(end: End): number | undefined {
    const other = end === "client" ? "server" : "client";
    if (this.#entering?.end === other) return this.#entering.number;
    return this.log.known[other].waiting.keys().next().value;
  }

  #noteEnd(): void {
    if (this.#life.closed) this.log.known.ended = true;
  }
}
