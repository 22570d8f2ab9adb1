/** Sources of every kind, for the gap law: each counts how it is asked and closed. */
import type { Run } from "./run.ts";

export type SourceKind =
  | "prompt" //                    answers at once
  | "by hand" //                   answers when the acts of `driver` say so
  | "quiet" //                     never answers, but can be closed
  | "mute" //                      never answers, as a generator: not even its closing, once asked
  | "failing" //                   fails after an item
  | "throwing" //                  the same, by throwing at the call
  | "failing to close" //          gives items for ever
  | "failing to close, late" //    answers when told to, and fails to be closed
  | "sync"
  | "sync, failing"
  | "sync, failing to close";

export const asyncSources: readonly SourceKind[] = [
  "prompt",
  "by hand",
  "quiet",
  "mute",
  "failing",
  "throwing",
  "failing to close",
  "failing to close, late",
];
export const syncSources: readonly SourceKind[] = [
  "sync",
  "sync, failing",
  "sync, failing to close",
];

/** How many items a source has that comes to its end by itself. */
const LENGTH = 3;

const never: Promise<never> = new Promise(() => {});

/** What a source does, asked for its item number `i`, from 1. */
type Answer = IteratorResult<number, undefined> | "wait" | "never" | "fail" | "throw";

/** Both kinds of iterators at once: a subject takes it as the one that it is declared as. */
export interface Source extends AsyncIterableIterator<number, undefined> {
  /** The oldest request that waits is answered: by an item, by the end, by an error. */
  give(): void;
  end(): void;
  fail(): void;
  /** What it does, once, while it is opened, asked or closed for the next time. */
  readonly meanwhile: Meanwhile;
}

export type Meanwhile = { [when in "opened" | "asked" | "closed"]?: (() => void) | undefined };

/**
 * A source of items of the run's lane `lane`, which is checked when the run is over: opened once at
 * most, closed once unless it has ended by itself, and not asked or closed after that.
 */
export function createSource(kind: SourceKind, run: Run, lane = 0): Source {
  return kind.startsWith("sync")
    ? (new SyncSource(kind, run, lane) as unknown as Source)
    : new AsyncSource(kind, run, lane);
}

class Counted {
  readonly kind: SourceKind;
  readonly run: Run;
  readonly lane: number;
  opened = 0;
  asked = 0;
  closed = 0;
  ended = false;
  readonly meanwhile: Meanwhile = {};

  constructor(kind: SourceKind, run: Run, lane: number) {
    this.kind = kind;
    this.run = run;
    this.lane = lane;
    run.atTheEnd(() => {
      if (this.opened > 1) this.#wrong(`was opened ${this.opened} times`);
      if (this.closed > 1) this.#wrong(`was closed ${this.closed} times`);
      if (this.opened > 0 && !this.ended && this.closed === 0) this.#wrong("was never closed");
    });
  }

  #wrong(how: string): void {
    this.run.troubles.push(`the source ${how}`);
  }

  #meanwhile(when: keyof Meanwhile): void {
    const act = this.meanwhile[when];
    this.meanwhile[when] = undefined;
    act?.();
  }

  open(): this {
    this.opened++;
    this.#meanwhile("opened");
    return this;
  }

  ask(): Answer {
    if (this.closed > 0) this.#wrong("was asked after it had been closed");
    if (this.ended) this.#wrong("was asked after its end");
    const i = ++this.asked;
    this.#meanwhile("asked");
    if (/prompt|sync$/.test(this.kind) && i > LENGTH) return { value: undefined, done: true };
    if (/failing$|throwing/.test(this.kind) && i > 1) {
      return this.kind === "failing" ? "fail" : "throw";
    }
    if (/by hand|late/.test(this.kind)) return "wait";
    if (/quiet|mute/.test(this.kind)) return "never";
    return this.item();
  }

  item(): IteratorResult<number, undefined> {
    const value = this.run.item(this.lane);
    if (this.closed === 0) this.run.accepted(value);
    return { value, done: false };
  }

  error(name: string): Error {
    const late = this.closed > 0;
    const { run } = this;
    // Told to nobody who has left, or whose call was cancelled meanwhile.
    return run.error(name, { optional: () => late || run.cancelled });
  }

  close(): void {
    if (this.ended) this.#wrong("was closed after its end");
    this.closed++;
    this.#meanwhile("closed");
    if (/failing to close/.test(this.kind)) {
      // Dropped, where the call that closes it fails anyway.
      throw this.run.error("the error of closing", { optional: () => true });
    }
  }
}

class AsyncSource extends Counted implements Source {
  readonly #waiting: {
    resolve: (result: IteratorResult<number, undefined>) => void;
    reject: (error: unknown) => void;
  }[] = [];

  [Symbol.asyncIterator](): this {
    return this.open();
  }

  next(): Promise<IteratorResult<number, undefined>> {
    const answer = this.ask();
    if (answer === "never") return never;
    if (answer === "throw") {
      this.ended = true;
      throw this.error("the source's error");
    }
    const asked = new Promise<IteratorResult<number, undefined>>((resolve, reject) => {
      if (answer === "wait") this.#waiting.push({ resolve, reject });
      else if (answer === "fail") reject(this.error("the source's error"));
      else resolve(answer);
    });
    // The first reaction, since nobody else can know earlier.
    const end = (): void => {
      this.ended = true;
    };
    asked.then(({ done }) => done === true && end(), end);
    return asked;
  }

  async return(): Promise<IteratorResult<number, undefined>> {
    this.close();
    if (this.kind === "mute" && this.asked > 0) await never;
    return { value: undefined, done: true };
  }

  give(): void {
    const first = this.#waiting.shift();
    first?.resolve(this.item());
  }
  end(): void {
    this.#waiting.shift()?.resolve({ value: undefined, done: true });
  }
  fail(): void {
    const first = this.#waiting.shift();
    first?.reject(this.error("the source's error"));
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;
}

class SyncSource extends Counted implements IterableIterator<number, undefined> {
  [Symbol.iterator](): this {
    return this.open();
  }

  next(): IteratorResult<number, undefined> {
    const answer = this.ask();
    if (typeof answer === "object") {
      if (answer.done) this.ended = true;
      return answer;
    }
    this.ended = true;
    throw this.error("the source's error");
  }

  return(): IteratorResult<number, undefined> {
    this.close();
    return { value: undefined, done: true };
  }

  give(): void {}
  end(): void {}
  fail(): void {}
}

// ---- acts -------------------------------------------------------------------------------------

/** The acts of a source: give, end and fail. */
export function driver(source: Source): Record<"give" | "end" | "fail", () => void> {
  return { give: () => source.give(), end: () => source.end(), fail: () => source.fail() };
}

/** The acts of a consumer of an async iterator: ask, leave and throw. */
export function consumer(
  run: Run,
  iterator: AsyncIterator<unknown, unknown>,
): Record<"ask" | "leave" | "throw", () => void> {
  const takes = ({ value, done }: IteratorResult<unknown, unknown>): unknown[] =>
    done === true ? [] : [value];
  return {
    ask: () => run.watch("next()", () => iterator.next(), { takes }),
    leave: () => run.watch("return()", () => iterator.return?.(), { takes }),
    throw: () =>
      run.watch("throw()", () => iterator.throw?.(run.error("the client's error")), { takes }),
  };
}
