/**
 * The alphabet of a stream's calls, and the sequences of calls. As in calls.ts, the i-th call of a
 * sequence (from 1) carries what belongs to its place: the value i, the error or reason number i, or
 * two items, "3a" and "3b".
 */
import { cancelled, errorOf, isRefused, valueOf } from "./calls.ts";
import { type Source, type StreamCall, StreamModel } from "./stream-model.ts";

/** The calls that take a signal. `open` is server(), or serve(body) in the scoped mode. */
type Waiting = "open" | "r.read" | "r.read(2)" | "r.receive" | "w.send" | "w.put" | Write;

/** What is written: two items each, but `failing` throws instead of the second. */
type Write =
  | "w.array"
  | "w.empty"
  | "w.lent"
  | "w.failing"
  | "w.stubborn" //                       fails to be closed
  | "w.async"
  | "w.failing async"
  | "w.stubborn async"
  | "w.late" //                           answers when told, by the steps `source.`
  | "w.stubborn late"
  | `w.calling(${Inner})` //              makes a call while it is asked for the first time
  | `w.failing, calling(${Inner})`
  | `w.barren, calling(${Inner})`; //      and has no items

type Inner = "r.next" | "r.read(2)" | `${"r" | "w"}.${"return" | "throw"}` | "w.send" | "abort";

export type StreamStep =
  | Waiting
  | `refused:${Waiting}` // its signal has aborted before
  | "r.next"
  | "r.read(0)"
  | `r.${"throw" | "return"}`
  | "pull" //             the last lent iterator
  | "quit" //             leaves it
  | `w.${"throw" | "return"}`
  | `source.${"item" | "end" | "error"}` // the source that has been asked answers
  | `abort(${number})` // the signal of the call of that number
  | "abort" //            the signal of the stream
  | `body.${"return" | "throw" | "unwind"}`;

export type StreamSequence = readonly StreamStep[];

/** What a source calls while it is asked. */
export const innerOf = (step: string): StreamStep | undefined =>
  /calling\((.*)\)$/.exec(step)?.[1] as StreamStep | undefined;

/** What the step number i writes. */
export function sourceOf(step: string, i: number): Source {
  const late = step.endsWith("late");
  const fails = step.includes("failing") ? { error: errorOf(i) } : undefined;
  const items = [`${i}a`, `${i}b`].slice(0, step.includes("barren") ? 0 : fails ? 1 : 2);
  const inner = innerOf(step);
  return {
    how: late
      ? "by hand"
      : step.endsWith("async")
        ? "async"
        : /empty|array/.test(step)
          ? "array"
          : "sync",
    items: late || step === "w.empty" ? [] : items,
    ...(fails && { fails }),
    ...(inner && { inside: (model) => applyTo(model, inner) }),
    ...(step.includes("stubborn") && { failsToClose: { error: errorOf(i) } }),
    asked: 0,
    closed: 0,
    busy: false,
  };
}

/** "r.next", "w.send(false)", "abort(2)" ... */
export const nameOf = (sequence: StreamSequence): string => sequence.join(" ");

/** Makes the next call of a sequence on the model. */
export function applyTo(model: StreamModel, step: StreamStep): void {
  const i = model.calls.length + 1;
  if (isRefused(step)) return model.refuse(errorOf(i));
  const of = cancelled(step);
  if (of !== undefined) return model.cancel(of - 1, errorOf(i));
  switch (step) {
    case "open":
      return model.open();
    case "r.next":
      return model.next();
    case "r.read":
      return model.read(Infinity);
    case "r.read(2)":
      return model.read(2);
    case "r.read(0)":
      return model.read(0);
    case "r.receive":
      return model.receive();
    case "r.throw":
      return model.throw(errorOf(i));
    case "r.return":
      return model.return();
    case "pull":
      return model.pull();
    case "quit":
      return model.quit();
    case "w.send":
      return model.send(valueOf(i));
    case "w.put":
      return model.put(valueOf(i));
    case "w.return":
      return model.close();
    case "w.throw":
      return model.fail(errorOf(i));
    case "source.item":
      return model.answer("item", valueOf(i));
    case "source.end":
      return model.answer("end", undefined);
    case "source.error":
      return model.answer("error", errorOf(i));
    case "body.return":
      return model.bodyReturns();
    case "body.throw":
      return model.bodyThrows(errorOf(i));
    case "body.unwind":
      return model.bodyUnwinds();
    case "abort":
      return model.abort(errorOf(i));
    default:
      return model.write(sourceOf(step, i));
  }
}

/** Whether a step can be made now: nothing is called on a writer that nobody has got yet. */
export function possible(model: StreamModel, step: StreamStep): boolean {
  // Of an item that was taken for a `receive()`, and that is not pulled, the contract says nothing.
  if (model.owes && /^r\.|quit/.test(step)) return false;
  if (step === "pull" || step === "quit") return model.lends;
  if (/^(refused:)?w\./.test(step)) return model.started;
  if (step.startsWith("source.")) return model.busy.length > 0;
  if (step === "body.unwind") return model.bodyRuns && model.toldBody;
  if (step.startsWith("body.")) return model.bodyRuns;
  const i = cancelled(step);
  return i === undefined || cancellable(model.calls[i - 1]);
}

const cancellable = (call: StreamCall | undefined): boolean =>
  call !== undefined &&
  ["open", "read", "receive", "send", "put", "write"].includes(call.how) &&
  !(call.out && "aborted" in call.out);
const waits = (call: StreamCall | undefined): boolean => call?.out === undefined;

export interface StreamScope {
  readonly alphabet: readonly StreamStep[];
  readonly length: number;
  /** What every sequence begins with. */
  readonly start?: StreamSequence;
  readonly scoped?: boolean;
  readonly limit?: number;
  /** Which calls are cancelled: those that wait, unless told. */
  readonly cancels?: "none" | "all";
}

/** A sequence, and what the model says about it. */
export interface StreamCase {
  readonly sequence: StreamSequence;
  readonly scope: { readonly scoped?: boolean; readonly limit?: number };
  readonly model: StreamModel;
  /** settledAt[i]: the step (from 0) at which the call of step i settled. */
  readonly settledAt: readonly (number | undefined)[];
  /** The step at which the writer was handed out. */
  readonly startedAt: number | undefined;
}

/**
 * All sequences of exactly this length (their beginnings are compared on the way), each with the
 * model that has run it. Left out is what is the same by symmetry, as in calls.ts, and what the
 * contract leaves open.
 */
export function* sequences(scope: StreamScope): Generator<StreamCase> {
  const { alphabet, length, start = [] } = scope;
  const sequence: StreamStep[] = [...start];
  const restFrom: number[] = start.map(() => 0);

  function* deeper(): Generator<StreamCase> {
    const here = run([...sequence], scope);
    const { model } = here;
    if (model.unspecified !== undefined) return;
    if (sequence.length === length) return void (yield here);
    const from = restFrom.at(-1) ?? 0;
    const resting = model.finished && !model.calls.some((c) => c.how !== "none" && !c.out);
    const cancels = model.calls
      .map((call, i) => (scope.cancels === "all" || waits(call) ? i + 1 : 0))
      .filter((i) => i > 0 && scope.cancels !== "none" && !sequence.includes(`abort(${i})`))
      .map((i): StreamStep => `abort(${i})`);
    let made = false;
    for (const [a, step] of [...alphabet, ...cancels].entries()) {
      if (resting && a < from) continue;
      if ((step === "abort" || step === "open") && sequence.includes(step)) continue;
      if (!possible(model, step)) continue;
      made = true;
      sequence.push(step);
      restFrom.push(resting ? a + 1 : 0);
      yield* deeper();
      sequence.pop();
      restFrom.pop();
    }
    if (!made) yield here; // nothing new can follow
  }
  yield* deeper();
}

/** Runs a sequence on the model. */
export function run(sequence: StreamSequence, scope: StreamCase["scope"] = {}): StreamCase {
  const model = new StreamModel(scope);
  const settledAt: (number | undefined)[] = [];
  let startedAt: number | undefined;
  sequence.forEach((step, i) => {
    applyTo(model, step);
    model.calls.forEach((call, j) => {
      if (call.out !== undefined) settledAt[j] ??= i;
    });
    if (model.started) startedAt ??= i;
  });
  return { sequence, scope, model, settledAt, startedAt };
}
