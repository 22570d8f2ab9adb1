/**
 * The alphabet of calls, and the sequences of calls.
 *
 * The i-th call of a sequence (counted from 1) carries what belongs to its place: the value i, the
 * error or reason number i. So values need no enumeration, and every mix-up shows.
 */
import { type Call, Model } from "./model.ts";

/** The calls that take a signal. `open` is server(), or serve(body) in the scoped mode. */
type Waiting = "open" | `${"c" | "s"}.${"send" | "receive" | "put"}`;

export type Step =
  | Waiting
  | `refused:${Waiting}` // its signal has aborted before
  | `${"c" | "s"}.${"next" | "answer" | "throw" | "return"}` // answer: next(i)
  | `${"c" | "s"}.${"send()" | "put()"}` // of `undefined`
  | `${"c" | "s"}.return(bad)` // of a value that misbehaves
  | `abort(${number})` // the signal of the call of that number
  | "abort" // the signal of the channel
  | `body.${"return" | "throw" | "unwind"}`;

export type Sequence = readonly Step[];

export const clientSteps: Step[] = [
  "c.next",
  "c.send",
  "c.receive",
  "c.put",
  "c.throw",
  "c.return",
];
export const serverSteps: Step[] = [
  "s.next",
  "s.send",
  "s.receive",
  "s.put",
  "s.throw",
  "s.return",
];
export const bareAlphabet: Step[] = ["open", ...clientSteps, ...serverSteps, "abort"];
export const bodySteps: Step[] = ["s.next", "s.send", "s.receive", "s.put"];
export const endBody: Step[] = ["body.return", "body.throw", "body.unwind"];
export const scopedAlphabet: Step[] = ["open", ...clientSteps, ...bodySteps, ...endBody, "abort"];

class Failure extends Error {}
const errors: unknown[] = [];
errors[4] = null; // anything can be thrown
/** The error, or reason, number i: always the same. */
export const errorOf = (i: number): unknown =>
  i in errors ? errors[i] : (errors[i] = new Failure(`e${i}`));

const falsy = [0, "", false, NaN, 0n];
/** The value number i, by preference one that a careless test would take for none. */
export const valueOf = (i: number): unknown => (i <= falsy.length ? falsy[i - 1] : i);

export const cancelled = (step: string): number | undefined =>
  step.startsWith("abort(") ? Number(step.slice(6, -1)) : undefined;

export const isRefused = (step: string): boolean => step.startsWith("refused:");

/** "c.next", "s.send(false)", "abort(2)" ... */
export const namesOf = (sequence: Sequence): string[] =>
  sequence.map((step, i) => {
    const how = step.split(".")[1];
    const value = typeof valueOf(i + 1) === "string" ? '""' : String(valueOf(i + 1));
    const error = errorOf(i + 1) === null ? "null" : `e${i + 1}`;
    if (how === "answer") return `${step[0]}.next(${value})`;
    if (how === "throw") return `${step}(${error})`;
    if (how === "return(bad)") return `${step[0]}.return(bad: ${error})`;
    return /^(send|put|return)$/.test(how ?? "") ? `${step}(${value})` : step;
  });
export const nameOf = (sequence: Sequence): string => namesOf(sequence).join(" ");

/** Makes the next call of a sequence on the model. */
export function applyTo(model: Model, step: Step): void {
  const i = model.calls.length + 1;
  if (isRefused(step)) return model.refuse(errorOf(i));
  const side = step.startsWith("c.") ? "client" : "server";
  switch (step) {
    case "open":
      return void model.open();
    case "c.next":
    case "s.next":
      return void model.next(side);
    case "c.answer":
    case "s.answer":
      return void model.next(side, valueOf(i));
    case "c.send":
    case "s.send":
      return void model.send(side, valueOf(i));
    case "c.receive":
    case "s.receive":
      return void model.receive(side);
    case "c.send()":
    case "s.send()":
      return void model.send(side, undefined);
    case "c.put":
    case "s.put":
      return void model.put(side, valueOf(i));
    case "c.put()":
    case "s.put()":
      return void model.put(side, undefined);
    case "c.throw":
    case "s.throw":
      return void model.throw(side, errorOf(i));
    case "c.return":
    case "s.return":
      return void model.return(side, valueOf(i));
    case "c.return(bad)":
    case "s.return(bad)":
      return void model.returnBadly(side, errorOf(i));
    case "body.return":
      return model.bodyReturns(valueOf(i));
    case "body.throw":
      return model.bodyThrows(errorOf(i));
    case "body.unwind":
      return model.bodyUnwinds();
    case "abort":
      model.abort(errorOf(i));
      break;
    default:
      model.cancel(cancelled(step)! - 1, errorOf(i));
  }
  model.calls.push({ side, how: "none" }); // every step has its place, calls or not
}

/** Whether a step can be made now: nothing is called on a server end that nobody has got yet. */
export function possible(model: Model, step: Step): boolean {
  if (/^(refused:)?s\./.test(step)) return model.started;
  if (step === "body.unwind") return model.bodyRuns && model.told !== undefined;
  if (step.startsWith("body.")) return model.bodyRuns;
  const i = cancelled(step);
  return i === undefined || cancellable(model.calls[i - 1]);
}
const cancellable = (call: Call | undefined): boolean =>
  call !== undefined &&
  ["send", "receive", "put", "open"].includes(call.how) &&
  !(call.out && "aborted" in call.out);
const waits = (call: Call | undefined): boolean => call?.out === undefined;

export interface Scope {
  readonly alphabet: readonly Step[];
  readonly length: number;
  /** The calls with which all sequences begin: none unless told. */
  readonly start?: Sequence;
  readonly scoped?: boolean;
  readonly limit?: number;
  /** How often the server end is asked for: 1 unless told. */
  readonly opens?: number;
  /** Which calls are cancelled: those that wait, unless told. */
  readonly cancels?: "none" | "all";
}

/** A sequence, and what the model says about it. */
export interface Case {
  readonly sequence: Sequence;
  readonly scope: { readonly scoped?: boolean; readonly limit?: number };
  readonly model: Model;
  /** settledAt[i]: the step (from 0) at which the call of step i settled. */
  readonly settledAt: readonly (number | undefined)[];
  /** The step at which the server end was handed out. */
  readonly startedAt: number | undefined;
}

/**
 * All sequences of exactly this length, with the same start (their beginnings are compared on the way), each with the
 * model that has run it. Left out is what is the same by symmetry: when the channel has ended and
 * nobody waits, the calls that follow come in the order of the alphabet, each at most once more;
 * and the channel's signal aborts once.
 */
export function* sequences(scope: Scope): Generator<Case> {
  const { alphabet, length, start = [] } = scope;
  const sequence: Step[] = [...start];
  const restFrom: (number | undefined)[] = [];

  function* deeper(): Generator<Case> {
    const here = run([...sequence], scope);
    const { model } = here;
    if (sequence.length === length) return void (yield here);
    const from = restFrom.at(-1) ?? 0;
    const resting = model.finished && !model.calls.some((c) => c.how !== "none" && !c.out);
    const cancels = model.calls
      .map((call, i) => (scope.cancels === "all" || waits(call) ? i + 1 : 0))
      .filter((i) => i > 0 && scope.cancels !== "none" && !sequence.includes(`abort(${i})`))
      .map((i): Step => `abort(${i})`);
    let made = false;
    for (let a = 0; a < alphabet.length + cancels.length; a++) {
      const step = alphabet[a] ?? cancels[a - alphabet.length]!;
      if (resting && a < from) continue;
      if (step === "abort" && sequence.includes("abort")) continue;
      if (step === "open" && count(sequence, "open") >= (scope.opens ?? 1)) continue;
      if (!possible(model, step)) continue;
      made = true;
      sequence.push(step);
      restFrom.push(resting ? a + 1 : undefined);
      yield* deeper();
      sequence.pop();
      restFrom.pop();
    }
    if (!made) yield here; // nothing new can follow
  }
  yield* deeper();
}

const count = (sequence: Sequence, step: Step): number => sequence.filter((s) => s === step).length;

/** Runs a sequence on the model. */
export function run(sequence: Sequence, scope: Case["scope"] = {}): Case {
  const model = new Model(scope);
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
