/** Watches one run of the gap law: its calls, items, errors and signals. */
import { ChannelClosed } from "coroutine-channels";

interface Watched {
  readonly name: string;
  /** Whose calls it is among: "client", "server" ... */
  readonly who: string;
  readonly signal: AbortSignal | undefined;
  settled: boolean;
  /** The items that it brought. */
  readonly items: unknown[];
  /** Whether the channel's signal had aborted when it was called. */
  readonly late: boolean;
}

/** An item that was given, and what its giver was told. */
interface Given {
  readonly item: number;
  readonly lane: number;
  /** Undefined, as long as its giver has not been told. */
  accepted: boolean | undefined;
}

/** An error that was thrown, and how often it was told. */
interface Thrown {
  readonly name: string;
  told: number;
  /** Whether it is no fault if nobody is told, as it shows in the end. */
  readonly optional: () => boolean;
  /** How often it may be told: to how many clients. */
  readonly most: number;
}

const LANE = 1_000_000;

export class Run {
  /** The signal of the channel or flow, and what aborts it. */
  readonly signal: AbortSignal;
  readonly reason: Error = new Error("the channel's signal");
  readonly troubles: string[] = [];
  /** Whether items and errors may have come to nobody: somebody has left. */
  excused = false;

  readonly #ofAll = new AbortController();
  readonly #calls: Watched[] = [];
  readonly #given: Given[] = [];
  readonly #pulled: unknown[] = [];
  readonly #thrown = new Map<unknown, Thrown>();
  /** The calls that were told of the abort. */
  readonly #aborted: Watched[] = [];
  readonly #listeners: Map<unknown, string> = new Map();
  readonly #finally: (() => void)[] = [];
  readonly #allows: (error: unknown) => boolean;
  #last: AbortController | undefined;

  constructor(allows: (error: unknown) => boolean = () => false) {
    this.#allows = allows;
    this.signal = this.#ofAll.signal;
    this.#count(this.signal, "the channel's signal");
  }

  // ---- for acts -------------------------------------------------------------------------------

  /** Aborts the signal of the channel or flow. */
  readonly abort = (): void => this.#ofAll.abort(this.reason);

  /** Aborts the signal of the last call that got one of {@link options}. */
  readonly abortCall = (): void => {
    if (this.#last === undefined || this.#last.signal.aborted) return;
    this.#last.abort(this.error("a call's signal", { optional: () => true }));
  };

  /** The options of a call that {@link abortCall} can cancel. */
  options(): { signal: AbortSignal } {
    this.#last = new AbortController();
    this.#count(this.#last.signal, "a call's signal");
    return { signal: this.#last.signal };
  }

  /** Whether a call was cancelled. */
  get cancelled(): boolean {
    return this.#calls.some(({ signal }) => signal?.aborted);
  }

  /** Whether an error of that name was thrown. */
  threw(name: string): boolean {
    return [...this.#thrown.values()].some((one) => one.name === name);
  }

  /** A fresh item. Those of one lane are received in the order in which they were made. */
  item(lane = 0): number {
    const item = lane * LANE + this.#given.filter((one) => one.lane === lane).length + 1;
    this.#given.push({ item, lane, accepted: undefined });
    return item;
  }

  /** The item is on its way, without a call that could be told otherwise: a source has given it. */
  accepted(item: number): void {
    this.#given.find((one) => one.item === item)!.accepted = true;
  }

  /** A fresh error, which has to be told once; or never, if it is `optional`; or more often, if there are more clients. */
  error(name: string, options: { optional?: () => boolean; most?: number } = {}): Error {
    const { optional = () => false, most = 1 } = options;
    const error = new Error(name);
    this.#thrown.set(error, { name, told: 0, optional, most });
    return error;
  }

  /**
   * Watches a call, which has to settle. What it rejects with has been told to `who`.
   *
   * @param call A promise; or, where the call may run acts of its own, what makes it: these come later.
   * @param takes Gets what it resolves to; returns the items that this brought.
   */
  watch<T>(
    name: string,
    call: PromiseLike<T> | undefined | (() => PromiseLike<T> | undefined),
    options: {
      who?: string;
      signal?: AbortSignal | undefined;
      takes?: (value: T) => readonly unknown[] | void;
      /** The item that it gives. */
      gives?: number;
      /** The lane whose items it gives: if it rejects, they may be lost. */
      lane?: number;
      /** Whether what rejects it counts as told: not so of `serve`, whose client is told, too. */
      tells?: boolean;
      /** Whether it was not taken if it rejects, whatever with: so of `put`. */
      strict?: boolean;
    } = {},
  ): void {
    const { who = "client", signal, takes, gives, lane, tells = true, strict = false } = options;
    const watched: Watched = {
      name,
      who,
      signal,
      settled: false,
      items: [],
      late: this.signal.aborted,
    };
    const given = this.#given.find((one) => one.item === gives);
    this.#calls.push(watched);
    const settle = (): void => {
      if (watched.settled) this.troubles.push(`${name} settled twice`);
      watched.settled = true;
    };
    const promise = typeof call === "function" ? call() : call;
    if (promise === undefined) return settle();
    promise.then(
      (value) => {
        settle();
        if (given) given.accepted = true;
        watched.items.push(...(takes?.(value) ?? []));
      },
      (error: unknown) => {
        settle();
        const refused = strict || (error instanceof ChannelClosed && error.undelivered);
        if (given && refused) given.accepted = false;
        for (const one of this.#given) if (one.lane === lane) one.accepted = undefined;
        if (tells) this.#tell(error, watched);
      },
    );
  }

  /** Notes an item that was taken without a call that waits, and so has no place in the order of the calls. */
  pulled(item: unknown): void {
    this.#pulled.push(item);
  }

  /** Looks at something when all is over. */
  atTheEnd(look: () => void): void {
    this.#finally.push(look);
  }

  // ---- for the law ----------------------------------------------------------------------------

  guard<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.troubles.push(`an act threw ${String(error)}`);
      return undefined;
    }
  }

  /** All has come to rest. */
  atRest(gone: ReadonlySet<string>): void {
    for (const { name, who, settled, signal } of this.#calls) {
      if (settled) continue;
      if (gone.has(who)) this.troubles.push(`${name} waits, though all is over`);
      else if (signal?.aborted) this.troubles.push(`${name} waits, though it was cancelled`);
    }
  }

  finish(): void {
    for (const look of this.#finally) look();
    for (const { name, settled } of this.#calls) {
      if (!settled) this.troubles.push(`${name} never settles`);
    }
    this.#checkItems();
    for (const { name, told, optional, most } of this.#thrown.values()) {
      if (told > most) this.troubles.push(`${name} is told ${told} times`);
      if (told === 0 && !optional() && !this.excused)
        this.troubles.push(`${name} is told to nobody`);
    }
    this.#checkAbort();
    for (const name of this.#listeners.values()) this.troubles.push(`a listener stays on ${name}`);
  }

  /** An error that was reported as unhandled, which it may be if nobody was told. */
  unhandled(error: unknown, loud: boolean): void {
    if (loud && this.#thrown.get(error)?.told === 0) return;
    this.troubles.push(`unhandled: ${String(error)}`);
  }

  #tell(error: unknown, call: Watched): void {
    const thrown = this.#thrown.get(error);
    if (error === this.reason) this.#aborted.push(call);
    else if (thrown) thrown.told++;
    else if (error instanceof AggregateError) {
      for (const one of error.errors as unknown[]) this.#tell(one, call);
    } else if (!(error instanceof ChannelClosed || this.#allows(error))) {
      this.troubles.push(`${call.name} rejects with ${String(error)}`);
    }
  }

  /** The reason is told to each end once: to the first call that waits, or to the next; and to all that wait on a server. */
  #checkAbort(): void {
    for (const who of new Set(this.#aborted.map((call) => call.who))) {
      const told = this.#aborted.filter((call) => call.who === who);
      const waiting = told.filter(({ late }) => !late).length;
      const groups = told.length - waiting + (who === "server" ? Math.min(waiting, 1) : waiting);
      if (groups > 1) this.troubles.push(`the abort is told ${groups} times to the ${who}`);
    }
  }

  #checkItems(): void {
    const inOrder = this.#calls.flatMap(({ items }) => items);
    const taken = new Set([...inOrder, ...this.#pulled]);
    const count = inOrder.length + this.#pulled.length;
    if (taken.size < count) this.troubles.push("an item is taken twice");
    for (const item of taken) {
      const given = this.#given.find((one) => one.item === item);
      if (!given) this.troubles.push(`${String(item)} is taken, which nobody has given`);
      else if (given.accepted === false) {
        this.troubles.push(`${given.item} is taken, though its giver was told that it is not`);
      }
    }
    const last = new Map<number, number>();
    for (const item of inOrder as number[]) {
      const lane = Math.floor(item / LANE);
      const previous = last.get(lane) ?? 0;
      if (item < previous) this.troubles.push(`${item} is taken after ${previous}`);
      last.set(lane, item);
    }
    if (this.excused) return;
    for (const { item, accepted } of this.#given) {
      if (accepted && !taken.has(item)) this.troubles.push(`${item} is lost`);
    }
  }

  /** Counts the listeners of a signal. */
  #count(signal: AbortSignal, name: string): void {
    const { addEventListener, removeEventListener } = AbortSignal.prototype;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      const once = typeof args[2] === "object" && args[2].once === true;
      if (!once) this.#listeners.set(args[1], name);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      this.#listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    };
  }
}
