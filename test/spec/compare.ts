/**
 * Drives the library with sequences of calls and compares it with the model, in one of two modes:
 *
 * - stepwise: every call is followed by a turn. Compared is which calls have settled after each
 *   call, and with what.
 * - overlapping: all calls are made in one go, up to the first on a server end that is not there
 *   yet, then up to the end of a body, and after it. Compared is what has settled in the end, and that each end's normal
 *   answers came in the order of its calls.
 *
 * A turn of the event loop lets all microtasks run, however many they are.
 * Hundreds of channels go through their sequences side by side, so that they share the turns.
 */
import {
  Channel,
  ChannelClosed,
  type ChannelOptions,
  ChannelOverflow,
  type Client,
  type Server,
} from "coroutine-channels";
import { settled } from "../support/settled.ts";
import { withoutTraces } from "../support/without-traces.ts";
import {
  type Case,
  cancelled,
  errorOf,
  isRefused,
  nameOf,
  namesOf,
  run,
  type Sequence,
  type Step,
  valueOf,
} from "./calls.ts";
import type { Outcome } from "./model.ts";

export interface Failure {
  /** The beginning of the sequence, up to the step after which library and model differ. */
  readonly sequence: Sequence;
  readonly report: string;
}

export interface Comparison {
  compared: number;
  readonly failures: Map<string, Failure>;
}

export interface Settled {
  readonly at: number; // after which step
  readonly turn: number; // in which order
  readonly rejected: boolean;
  readonly value: unknown;
}

const BATCH = 512;

/** A channel, or what stands for one: the far ends of a session do. */
export interface Subject {
  readonly channel: Pick<
    Channel<unknown, unknown, unknown>,
    "client" | "server" | "serve" | "closed"
  >;
  /** Whether only the calls of the two ends are compared, and not those that concern both together. */
  readonly endsOnly: boolean;
}

type Create = (options: ChannelOptions) => Subject;

const near: Create = (options) => ({ channel: new Channel(options), endsOnly: false });

export function compareAll(
  cases: Iterable<Case>,
  options: { overlapping?: boolean; result?: Comparison; create?: Create } = {},
): Promise<Comparison> {
  const result = options.result ?? { compared: 0, failures: new Map<string, Failure>() };
  let batch: Run[] = [];
  const flush = async () => {
    const rounds = Math.max(0, ...batch.map((one) => one.rounds.length));
    for (let round = 0; round < rounds; round++) {
      for (const one of batch) one.play(round);
      await settled();
    }
    for (const one of batch) {
      const failure = one.difference();
      if (failure) result.failures.set(nameOf(failure.sequence), failure);
    }
    result.compared += batch.length;
    batch = [];
  };
  return withoutTraces(async () => {
    let n = 0;
    for (const one of cases) {
      batch.push(new Run(one, options.overlapping ?? false, n++ % 4 === 0, options.create ?? near));
      if (batch.length === BATCH) await flush();
    }
    await flush();
    return result;
  });
}

/** The shortest failures, one of each kind, to be printed. */
export function summary(result: Comparison, most = 8): string {
  const all = [...result.failures.values()].sort((a, b) => a.sequence.length - b.sequence.length);
  const kinds = new Map<string, Failure[]>();
  for (const failure of all) {
    const lines = failure.report.split("\n").filter((line) => /<--|at the end/.test(line));
    const kind = lines.map((line) => line.replace(/at the end of .*: /, "").replace(/\d+/g, "#"));
    kinds.set(kind.join(), [...(kinds.get(kind.join()) ?? []), failure]);
  }
  const shown = [...kinds.values()].slice(0, most).map(([one]) => one!.report);
  return [`${all.length} differences of ${kinds.size} kinds; the shortest:`, ...shown].join("\n\n");
}

/** One channel and its sequence. */
class Run {
  /** rounds[i]: the steps that are made before the i-th turn. */
  readonly rounds: readonly (readonly number[])[];
  readonly #channel: Subject["channel"];
  readonly #endsOnly: boolean;
  readonly #client: Client<unknown, unknown, unknown>;
  #server: Server<unknown, unknown, unknown> | undefined;
  readonly #ofChannel = new AbortController();
  readonly #ofCall: (AbortController | undefined)[] = [];
  readonly #settled: (Settled | undefined)[] = [];
  #endOfBody: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;
  #turns = 0;
  #present = 0;
  #trouble = "";
  readonly #expected: Case;
  readonly #overlapping: boolean;
  /** Whether all signals are there from the start, and not only once they are needed. */
  readonly #manySignals: boolean;

  constructor(expected: Case, overlapping: boolean, manySignals: boolean, create: Create) {
    this.#expected = expected;
    this.#overlapping = overlapping;
    const { sequence, scope, startedAt = -1 } = expected;
    const { limit } = scope;
    const signal = this.#ofChannel.signal;
    if (manySignals && sequence[0] === "abort") this.#ofChannel.abort(errorOf(1));
    const withSignal = manySignals || sequence.includes("abort");
    const { channel, endsOnly } = create({
      ...(withSignal ? { signal } : {}),
      ...(limit === undefined ? {} : { limit }),
    });
    this.#channel = channel;
    this.#endsOnly = endsOnly;
    this.#client = this.#channel.client();
    this.#manySignals = manySignals;
    if (manySignals) void this.#client.signal;
    const rounds: number[][] = [];
    sequence.forEach((step, i) => {
      const alone = step.startsWith("body.") || sequence[i - 1]?.startsWith("body.");
      // Who calls on the server end must have got it.
      const early = /^(refused:)?s\./.test(step) && startedAt >= (rounds.at(-1)?.[0] ?? 0);
      if (overlapping && i > 0 && !alone && !early) rounds.at(-1)!.push(i);
      else rounds.push([i]);
    });
    this.rounds = rounds;
    sequence.forEach((step, i) => {
      const of = cancelled(step);
      if (of !== undefined) this.#ofCall[of - 1] = new AbortController();
      else if (isRefused(step) || (manySignals && /send|receive|put|open/.test(step))) {
        this.#ofCall[i] = new AbortController();
      }
      if (isRefused(step)) this.#ofCall[i]!.abort(errorOf(i + 1));
    });
  }

  play(round: number): void {
    for (const i of this.rounds[round] ?? []) {
      this.#present = i;
      this.#step(i);
    }
  }

  #step(i: number): void {
    try {
      const promise = this.#call(i);
      promise?.then(
        (value) => this.#settle(i, false, value),
        (error: unknown) => this.#settle(i, true, error),
      );
    } catch (error) {
      this.#trouble ||= `step ${i + 1} threw ${print(error)}`;
    }
  }

  #settle(i: number, rejected: boolean, value: unknown): void {
    if (this.#settled[i]) this.#trouble ||= `call ${i + 1} settled twice`;
    this.#settled[i] = { at: this.#present, turn: this.#turns++, rejected, value };
  }

  #call(i: number): Promise<unknown> | undefined {
    const step = this.#expected.sequence[i]!.replace("refused:", "") as Step;
    const n = i + 1;
    const options = { ...(this.#ofCall[i] ? { signal: this.#ofCall[i].signal } : {}) };
    switch (step) {
      case "open":
        return this.#open(options);
      case "abort":
        return void this.#ofChannel.abort(errorOf(n));
      case "body.return":
        return void this.#endOfBody?.resolve(valueOf(n));
      case "body.throw":
        return void this.#endOfBody?.reject(errorOf(n));
      case "body.unwind":
        return void this.#endOfBody?.reject(this.#lastLeaving());
    }
    const of = cancelled(step);
    if (of !== undefined) return void this.#ofCall[of - 1]?.abort(errorOf(n));
    const end = step.startsWith("c.") ? this.#client : this.#server;
    if (end === undefined) throw new Error("the server end was never handed out");
    switch (step.slice(2)) {
      case "next":
        return end.next();
      case "answer":
        return end.next(valueOf(n));
      case "send":
        return end.send(valueOf(n), options);
      case "send()":
        return end.send(undefined, options);
      case "receive":
        return end.receive(options);
      case "put":
        return end.put(valueOf(n), options);
      case "put()":
        return end.put(undefined, options);
      case "throw":
        return end.throw(errorOf(n));
      case "return(bad)":
        return end.return(misbehaving(n));
      default:
        return end.return(valueOf(n));
    }
  }

  #open(options: { signal?: AbortSignal }): Promise<unknown> {
    if (!this.#expected.scope.scoped) {
      return this.#channel.server(options).then((server) => this.#handOut(server));
    }
    return this.#channel.serve((server) => {
      this.#handOut(server);
      return new Promise((resolve, reject) => (this.#endOfBody = { resolve, reject }));
    }, options);
  }

  #handOut(server: Server<unknown, unknown, unknown>): Server<unknown, unknown, unknown> {
    if (this.#server) this.#trouble ||= "the server end was handed out twice";
    if (this.#manySignals) void server.signal;
    return (this.#server = server);
  }

  /** What a body that unwinds rethrows: the last of the leavings that its calls were told of. */
  #lastLeaving(): unknown {
    return this.#settled.findLast(
      (one, i) =>
        this.#expected.sequence[i]!.startsWith("s.") &&
        one?.value instanceof ChannelClosed &&
        one.value.cause === undefined,
    )?.value;
  }

  /** The first difference between the library and the model. */
  difference(): Failure | undefined {
    const { sequence, model, settledAt } = this.#expected;
    let first = sequence.length;
    sequence.forEach((step, i) => {
      if (this.#endsOnly && !/^[cs]\./.test(step)) return;
      const expected = model.calls[i]?.out;
      const actual = this.#settled[i];
      if (expected && actual && matches(expected, actual)) {
        if (this.#overlapping || settledAt[i] === actual.at) return;
        first = Math.min(first, Math.max(settledAt[i]!, 0), actual.at);
      } else if (expected || actual) {
        const at = this.#overlapping ? sequence.length - 1 : Infinity;
        first = Math.min(first, at, settledAt[i] ?? Infinity, actual?.at ?? Infinity);
      }
    });
    const closed = this.#channel.closed;
    if (!this.#endsOnly && closed !== model.closed)
      this.#trouble ||= `closed: ${closed}, expected ${model.closed}`;
    for (const side of ["client", "server"] as const) {
      const end = side === "client" ? this.#client : this.#server;
      if (!end || this.#endsOnly) continue;
      const { aborted, reason } = end.signal;
      if (aborted !== model.signalled(side) || (aborted && !(reason instanceof ChannelClosed))) {
        this.#trouble ||= `${side}.signal: ${aborted ? `aborted with ${print(reason)}` : "waits"}`;
      }
    }
    if (this.#overlapping) this.#checkOrder();
    if (first === sequence.length && !this.#trouble) return undefined;
    const part = sequence.slice(0, this.#overlapping ? sequence.length : first + 1);
    return { sequence: part, report: this.#report(part) };
  }

  /** The normal answers of each end come in the order of the calls. */
  #checkOrder(): void {
    for (const side of ["c.", "s."]) {
      let last = -1;
      this.#settled.forEach((one, i) => {
        if (!one || !this.#expected.sequence[i]!.startsWith(side)) return;
        const out = this.#expected.model.calls[i]?.out;
        if (!out || !("sent" in out || ("done" in out && !out.done))) return;
        if (one.turn < last) this.#trouble ||= `call ${i + 1} was answered before an earlier one`;
        last = one.turn;
      });
    }
  }

  #report(part: Sequence): string {
    const { scope } = this.#expected;
    const then = run(part, scope);
    const mode = `${scope.scoped ? "scoped" : "bare"}${this.#overlapping ? ", overlapping" : ""}`;
    const limit = scope.limit ? `, limit ${scope.limit}` : "";
    const names = namesOf(part);
    const lines = part.map((step, i) => {
      const expected = then.model.calls[i]?.out;
      const actual = this.#settled[i];
      const now = actual && actual.at < part.length ? actual : undefined;
      const same = expected && now ? matches(expected, now) : !expected && !now;
      const name = names[i]!;
      const at =
        now && then.settledAt[i] !== now.at && !this.#overlapping ? ` at ${now.at + 1}` : "";
      const shown = now ? (now.rejected ? "rejects " : "") + print(now.value) + at : "waits";
      if (step.startsWith("body") || step.startsWith("abort")) return `  ${i + 1} ${name}`;
      const verdict = same && !at ? "" : `   <-- model: ${expected ? print(expected) : "waits"}`;
      return `  ${i + 1} ${name}: ${shown}${verdict}`;
    });
    if (this.#trouble)
      lines.push(`  at the end of ${nameOf(this.#expected.sequence)}: ${this.#trouble}`);
    return [`${nameOf(part)}   (${mode}${limit})`, ...lines].join("\n");
  }
}

/** A value that throws the error of its number when it is looked at, or rejects with it. */
function misbehaving(n: number): unknown {
  const get = (): never => {
    throw errorOf(n);
  };
  if (n % 3 === 0) return Object.defineProperty({}, "then", { get });
  if (n % 3 === 1) return Object.defineProperty(Promise.resolve(), "constructor", { get });
  return Promise.reject(errorOf(n));
}

const messages = {
  "served already": /served already/,
  "answer not taken": /receive\(\) it first/,
  "passed by": /passed/,
};

export function matches(expected: Outcome, { rejected, value }: Settled): boolean {
  if ("done" in expected) {
    if (rejected || typeof value !== "object" || value === null) return false;
    const result = value as IteratorResult<unknown>;
    return result.done === expected.done && Object.is(result.value, expected.value);
  }
  if ("put" in expected) return !rejected && value === undefined;
  if ("sent" in expected) return !rejected && Object.is(value, expected.sent);
  if ("served" in expected) return !rejected && Object.is(value, expected.served);
  if ("opened" in expected) return !rejected && typeof value === "object";
  if (!rejected) return false;
  if ("error" in expected) return Object.is(value, expected.error);
  if ("aborted" in expected) return Object.is(value, expected.aborted);
  if ("misuse" in expected) {
    return value instanceof TypeError && messages[expected.misuse].test(value.message);
  }
  if ("overflow" in expected) return value instanceof ChannelOverflow;
  if (!(value instanceof ChannelClosed)) return false;
  const { closed } = expected;
  return (["value", "cause", "undelivered"] as const).every(
    (key) => !(key in closed) || Object.is(closed[key], value[key]),
  );
}

export function print(value: unknown): string {
  if (value instanceof ChannelClosed) {
    const { value: v, cause, undelivered } = value;
    return `ChannelClosed(${print({ value: v, cause, undelivered })})`;
  }
  if (value instanceof Error) return /^e\d+$/.test(value.message) ? value.message : String(value);
  if (value === "") return '""';
  if (typeof value !== "object" || value === null) return String(value);
  if ("send" in value) return "server end";
  return `{ ${Object.entries(value)
    .map(([key, v]) => `${key}: ${print(v)}`)
    .join(", ")} }`;
}
