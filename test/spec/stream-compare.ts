/**
 * Drives streams with sequences of calls and compares them with the model, as compare.ts does with
 * channels: stepwise, where every call is followed by a drain, or overlapping, where all calls are
 * made in one go from the moment the writer is there.
 */
import {
  ChannelClosed,
  type ChannelOptions,
  type Reader,
  StreamChannel,
  type Writer,
} from "coroutine-channels";

import { settled } from "../support/settled.ts";
import { withoutTraces } from "../support/without-traces.ts";
import { cancelled, errorOf, isRefused, valueOf } from "./calls.ts";
import { type Comparison, matches, print } from "./compare.ts";
import { SpiedSource } from "./spied-source.ts";
import {
  innerOf,
  nameOf,
  run,
  sourceOf,
  type StreamCase,
  type StreamSequence,
} from "./stream-calls.ts";
import type { StreamOutcome } from "./stream-model.ts";

interface Settled {
  readonly at: number; // after which step
  readonly rejected: boolean;
  readonly value: unknown;
}

type Options = { readonly signal?: AbortSignal };

const BATCH = 512;

/** What the calls are made on. */
export type StreamSubject = Pick<StreamChannel<unknown>, "client" | "server" | "serve"> & {
  /** Where nobody can tell, as between two sides, only what the calls of the ends come to is compared. */
  readonly closed?: boolean;
};

interface Comparing {
  readonly overlapping?: boolean;
  /** Makes what is compared, if not streams. */
  readonly create?: (options: ChannelOptions) => StreamSubject;
}

export async function compareStreams(
  cases: Iterable<StreamCase>,
  options: Comparing = {},
): Promise<Comparison> {
  const result: Comparison = { compared: 0, failures: new Map() };
  let batch: Run[] = [];
  const flush = async () => {
    const rounds = Math.max(0, ...batch.map((one) => one.rounds.length));
    for (let round = 0; round < rounds; round++) {
      for (const one of batch) one.play(round);
      await settled();
    }
    for (const one of batch) one.note(result);
    result.compared += batch.length;
    batch = [];
  };
  await withoutTraces(async () => {
    let n = 0;
    for (const one of cases) {
      batch.push(new Run(one, options, n++ % 4 === 0));
      if (batch.length === BATCH) await flush();
    }
    await flush();
  });
  return result;
}

/** One stream and its sequence. */
class Run {
  /** rounds[i]: the steps that are made before the i-th drain. */
  readonly rounds: readonly (readonly number[])[];
  readonly #stream: StreamSubject;
  readonly #reader: Reader<unknown>;
  #writer: Writer<unknown> | undefined;
  #lent: Iterator<unknown> | undefined;
  readonly #sources: (SpiedSource | undefined)[] = [];
  readonly #ofStream = new AbortController();
  readonly #ofCall: (AbortController | undefined)[] = [];
  readonly #settled: (Settled | undefined)[] = [];
  /** The calls that sources have made, by the step that wrote them. */
  readonly #inner: (Settled | undefined)[] = [];
  #endOfBody: { resolve(): void; reject(error: unknown): void } | undefined;
  #present = 0;
  #trouble = "";
  readonly #expected: StreamCase;
  readonly #overlapping: boolean;
  /** Whether all signals are there from the start, and not only once they are needed. */
  readonly #manySignals: boolean;

  constructor(expected: StreamCase, comparing: Comparing, manySignals: boolean) {
    const { overlapping = false, create = (options) => new StreamChannel<unknown>(options) } =
      comparing;
    this.#expected = expected;
    this.#overlapping = overlapping;
    this.#manySignals = manySignals;
    const { sequence, scope, startedAt = -1 } = expected;
    const { signal } = this.#ofStream;
    if (manySignals && sequence[0] === "abort") this.#ofStream.abort(errorOf(1));
    const withSignal = manySignals || sequence.some((step) => /^abort$|\(abort\)/.test(step));
    this.#stream = create({
      ...(withSignal ? { signal } : {}),
      ...(scope.limit === undefined ? {} : { limit: scope.limit }),
    });
    this.#reader = this.#stream.client();
    if (manySignals) void this.#reader.signal;
    const rounds: number[][] = [];
    sequence.forEach((step, i) => {
      const together = overlapping && i > startedAt + 1;
      const alone = step.startsWith("body.") || sequence[i - 1]?.startsWith("body.");
      if (together && !alone) rounds.at(-1)!.push(i);
      else rounds.push([i]);
      const of = cancelled(step);
      if (of !== undefined) this.#ofCall[of - 1] ??= new AbortController();
      else if (isRefused(step) || manySignals) this.#ofCall[i] = new AbortController();
      if (isRefused(step)) this.#ofCall[i]!.abort(errorOf(i + 1));
    });
    this.rounds = rounds;
  }

  play(round: number): void {
    for (const i of this.rounds[round] ?? []) {
      this.#present = i;
      try {
        this.#call(i)?.then(
          (value) => this.#settle(i, false, value),
          (error: unknown) => this.#settle(i, true, error),
        );
      } catch (error) {
        this.#trouble ||= `step ${i + 1} threw ${print(error)}`;
      }
    }
  }

  #settle(i: number, rejected: boolean, value: unknown): void {
    if (this.#settled[i]) this.#trouble ||= `call ${i + 1} settled twice`;
    this.#settled[i] = { at: this.#present, rejected, value };
  }

  #call(i: number): Promise<unknown> | undefined {
    const step = this.#expected.sequence[i]!.replace("refused:", "");
    const of = cancelled(step);
    if (of !== undefined) return void this.#ofCall[of - 1]?.abort(errorOf(i + 1));
    return this.#make(step, i + 1, this.#ofCall[i] && { signal: this.#ofCall[i].signal });
  }

  #make(step: string, n: number, options: Options = {}): Promise<unknown> | undefined {
    if (step.startsWith("w.")) return this.#write(step, n, options);
    const busy = this.#sources.find((source) => source?.busy);
    switch (step) {
      case "open":
        return this.#open(options);
      case "r.next":
        return this.#reader.next();
      case "r.read":
        return this.#reader.read(Infinity, options);
      case "r.read(2)":
        return this.#reader.read(2, options);
      case "r.read(0)":
        return this.#reader.read(0, options);
      case "r.receive":
        return this.#reader.receive(options).then((lent) => (this.#lent = lent));
      case "r.throw":
        return this.#reader.throw(errorOf(n));
      case "r.return":
        return this.#reader.return();
      case "pull":
        return void this.#settle(n - 1, false, this.#lent!.next());
      case "quit":
        return void this.#lent!.return!();
      case "source.item":
        return void busy!.answer("item", valueOf(n));
      case "source.end":
        return void busy!.answer("end", undefined);
      case "source.error":
        return void busy!.answer("error", errorOf(n));
      case "abort":
        return void this.#ofStream.abort(errorOf(n));
      case "body.return":
        return void this.#endOfBody?.resolve();
      case "body.throw":
        return void this.#endOfBody?.reject(errorOf(n));
      default:
        return void this.#endOfBody?.reject(this.#lastLeaving());
    }
  }

  #write(step: string, n: number, options: Options): Promise<unknown> {
    const writer = this.#writer;
    if (writer === undefined) throw new Error("the writer was never handed out");
    switch (step) {
      case "w.send":
        return writer.send(valueOf(n), options);
      case "w.put":
        return writer.put(valueOf(n), options);
      case "w.return":
        return writer.return();
      case "w.throw":
        return writer.throw(errorOf(n));
      default: {
        const source = sourceOf(step, n);
        if (source.how === "array") return writer.write(source.items, options);
        const inner = innerOf(step);
        const inside = inner && (() => this.#callInside(inner, n));
        const spied = (this.#sources[n - 1] = new SpiedSource(source, inside));
        return writer.write(spied.iterable, options);
      }
    }
  }

  /** A source calls while it is asked. Its call carries what belongs to the place of the present step. */
  #callInside(step: string, n: number): void {
    const call = this.#make(step, this.#present + 2);
    call?.then(
      (value) => (this.#inner[n - 1] = { at: this.#present, rejected: false, value }),
      (value: unknown) => (this.#inner[n - 1] = { at: this.#present, rejected: true, value }),
    );
  }

  #open(options: Options): Promise<unknown> {
    const handOut = (writer: Writer<unknown>): Writer<unknown> => {
      if (this.#writer) this.#trouble ||= "the writer was handed out twice";
      if (this.#manySignals) void writer.signal;
      return (this.#writer = writer);
    };
    if (!this.#expected.scope.scoped) return this.#stream.server(options).then(handOut);
    return this.#stream.serve((writer) => {
      handOut(writer);
      return new Promise<void>((resolve, reject) => (this.#endOfBody = { resolve, reject }));
    }, options);
  }

  /** What a body that unwinds rethrows: the last of the leavings that its calls were told of. */
  #lastLeaving(): unknown {
    return this.#settled.findLast(
      (one, i) =>
        this.#expected.sequence[i]!.startsWith("w.") &&
        one?.value instanceof ChannelClosed &&
        one.value.cause === undefined,
    )?.value;
  }

  /** Notes the first difference between the stream and the model. */
  note(result: Comparison): void {
    const { sequence, model, settledAt } = this.#expected;
    let first = sequence.length;
    const endsOnly = this.#stream.closed === undefined;
    sequence.forEach((step, i) => {
      if (endsOnly && step === "open") return;
      const expected = model.calls[i]?.out;
      const actual = this.#settled[i];
      if (expected && actual && agrees(expected, actual)) {
        if (this.#overlapping || settledAt[i] === actual.at) return;
        first = Math.min(first, settledAt[i]!, actual.at);
      } else if (expected || actual) {
        const at = this.#overlapping ? sequence.length - 1 : Infinity;
        first = Math.min(first, at, settledAt[i] ?? Infinity, actual?.at ?? Infinity);
      }
    });
    this.#look();
    if (first === sequence.length && !this.#trouble) return;
    const part = sequence.slice(0, this.#overlapping ? sequence.length : first + 1);
    result.failures.set(nameOf(part), { sequence: part as never, report: this.#report(part) });
  }

  /** Looks at what shows without a call. */
  #look(): void {
    const { model } = this.#expected;
    const { closed } = this.#stream;
    if (closed === undefined) return;
    if (closed !== model.closed) this.#trouble ||= `closed: ${closed}, expected ${model.closed}`;
    for (const side of ["reader", "writer"] as const) {
      const end = side === "reader" ? this.#reader : this.#writer;
      if (!end) continue;
      const { aborted, reason } = end.signal;
      if (aborted !== model.signalled(side) || (aborted && !(reason instanceof ChannelClosed))) {
        this.#trouble ||= `${side}.signal: ${aborted ? `aborted with ${print(reason)}` : "waits"}`;
      }
    }
    this.#sources.forEach((actual, i) => {
      const { source, inner } = model.calls[i]!;
      this.#trouble ||= actual!.difference(source);
      const call = this.#inner[i];
      if (inner?.out ? call && agrees(inner.out, call) : !call) return;
      this.#trouble ||= `inside ${i + 1}: ${print(call?.value)}, expected ${print(inner?.out)}`;
    });
  }

  #report(part: StreamSequence): string {
    const { scope } = this.#expected;
    const then = run(part, scope);
    const mode = `${scope.scoped ? "scoped" : "bare"}${this.#overlapping ? ", overlapping" : ""}`;
    const limit = scope.limit ? `, limit ${scope.limit}` : "";
    const lines = part.map((step, i) => {
      if (/^(?:body|abort|source|quit)/.test(step)) return `  ${i + 1} ${step}`;
      const expected = then.model.calls[i]?.out;
      const actual = this.#settled[i];
      const now = actual && actual.at < part.length ? actual : undefined;
      const same = expected && now ? agrees(expected, now) : !expected && !now;
      const late = now && then.settledAt[i] !== now.at && !this.#overlapping;
      const at = late ? ` at ${now.at + 1}` : "";
      const shown = now ? (now.rejected ? "rejects " : "") + print(now.value) + at : "waits";
      const verdict = same && !at ? "" : `   <-- model: ${expected ? print(expected) : "waits"}`;
      return `  ${i + 1} ${step}: ${shown}${verdict}`;
    });
    if (this.#trouble) {
      lines.push(`  at the end of ${nameOf(this.#expected.sequence)}: ${this.#trouble}`);
    }
    return [`${nameOf(part)}   (${mode}${limit})`, ...lines].join("\n");
  }
}

function agrees(expected: StreamOutcome, actual: Settled): boolean {
  const { rejected, value } = actual;
  if ("either" in expected) return expected.either.some((one) => agrees(one, actual));
  if ("lent" in expected)
    return !rejected && typeof (value as Iterator<unknown>).next === "function";
  if ("sent" in expected && Array.isArray(expected.sent)) {
    const all: unknown[] = expected.sent;
    const same = Array.isArray(value) && value.length === all.length;
    return !rejected && same && all.every((item, i) => Object.is(item, value[i]));
  }
  return matches(expected, { ...actual, turn: 0 });
}
