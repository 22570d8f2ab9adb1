/**
 * The gap law: act, wait k microtasks, act again. For every pair of acts, for every k and over every
 * kind of source: each call settles, items are conserved and in order, each source is closed once,
 * each error is told once, nothing is unhandled, and no listener stays on a signal.
 *
 * To hold something public to it, write `test/gaps/NAME.test.ts`:
 *
 *   gapLaw("buffer", {
 *     sources: asyncSources, //                       it is tried over each of them
 *     make(run, source) { //                          makes it fresh, and gives its acts by name
 *       const flow = buffer(source, { capacity: 2, signal: run.signal });
 *       return { ...consumer(run, flow), ...driver(source), abort: run.abort };
 *     },
 *     starts: [[], ["ask"], ["ask", "ask"]], //       what has been done before the first act
 *     over: { leave: ["client"], abort: ["client"] }, // after which acts whose calls do not wait
 *     rest: ["ask", "ask", "ask", "leave"], //        what is done in the end: all items are taken, all calls settle
 *   });
 *
 * An act makes its calls through `run.watch`, the items that it sends are of `run.item()`, and the
 * errors that it throws of `run.error()`: see run.ts. One that could not be done, since there is
 * nobody to do it, returns `false`. The names of acts are, as far as they fit: ask, give, leave,
 * throw, abortCall, abort, end, fail.
 *
 * Hundreds of runs share each turn of the event loop. In a run of its own, nothing would be otherwise.
 */
import fc from "fast-check";
import { expect, test } from "vitest";

import { byScope } from "../support/scope.ts";
import { settled } from "../support/settled.ts";
import { withoutTraces } from "../support/without-traces.ts";
import { Run } from "./run.ts";
import { createSource, type Source, type SourceKind } from "./sources.ts";
import { rejectionsReported } from "./unhandled.ts";

export type Acts = Readonly<Record<string, () => boolean | void>>;

export interface Subject {
  /** Makes it fresh. Without `sources`, the source is none that ever gives anything. */
  readonly make: (run: Run, source: Source) => Acts;
  /** Over which sources it is tried. */
  readonly sources?: readonly SourceKind[];
  /** What has been done before the first of the two acts, at rest after each. */
  readonly starts?: readonly (readonly string[])[];
  /** After which acts whose calls do not wait, when all has come to rest. */
  readonly over?: Readonly<Record<string, readonly string[]>>;
  /** What is done after the two acts, at rest after each, so that all calls can settle. */
  readonly rest: readonly string[];
  /** Acts by which items and errors may come to nobody: leave, throw and abort, unless told. */
  readonly excuses?: readonly string[];
  /** Errors of the library that its calls may reject with, besides a `ChannelClosed`. */
  readonly allows?: (error: unknown) => boolean;
  /** Whether an error that nobody can be told is reported as unhandled: that of a producer's body is. */
  readonly loud?: boolean;
  /** In the usual scope, every how manieth run is made: where there are many, so that all take seconds. */
  readonly sample?: number;
  /** The first of the two acts, and the second: all, unless told. */
  readonly first?: readonly string[];
  readonly second?: readonly string[];
}

/** What is done in one run: acts by name, and how many microtasks lie between them. */
interface Plan {
  readonly source: SourceKind;
  /** At rest after each. */
  readonly start: readonly string[];
  readonly acts: readonly (string | number)[];
}

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, k) => k);

/** How many microtasks lie between the acts. */
const gaps = byScope({
  part: [0, 1, 2, 3, 5, 8, 13],
  usual: [...upTo(12), 14, 17, 21, 26, 33, 40],
  long: upTo(40),
});

const BATCH = 512;
const SHOWN = 12;

/** Holds a subject to the law: with every pair of acts, and with longer programs at random. */
export function gapLaw(name: string, subject: Subject): void {
  test(`the gap law: ${name}`, () => withoutTraces(() => tryPairs(name, subject)));
  test(`the gap law, at random: ${name}`, () => withoutTraces(() => tryPrograms(subject)));
}

async function tryPairs(name: string, subject: Subject): Promise<void> {
  const failures = new Map<string, string[]>();
  let runs = 0;
  await rejectionsReported(async (reported) => {
    for (const batch of batches(sampled(plans(subject), subject.sample))) {
      runs += batch.length;
      const found = await runTogether(subject, batch);
      // Whose rejection it is shows where each runs alone.
      if (reported().length > 0) {
        for (const plan of batch) found.push(await runAlone(subject, plan, reported));
      }
      for (const { plan, run } of found) note(failures, plan, run.troubles);
    }
  });
  console.info(`${name}: ${runs.toLocaleString("en")} runs`);
  if (failures.size > 0) expect.fail(report(failures));
}

async function tryPrograms(subject: Subject): Promise<void> {
  await rejectionsReported(async (reported) => {
    const property = fc.asyncProperty(programs(subject), async (plan) => {
      const { run } = await runAlone(subject, plan, reported);
      if (run.troubles.length > 0) expect.fail(`${nameOf(plan)}: ${run.troubles.join("; ")}`);
    });
    await fc.assert(property, { numRuns: byScope({ part: 100, usual: 500, long: 20_000 }) });
  });
}

function actsOf({ make, first, second }: Subject): { first: string[]; second: string[] } {
  const all = Object.keys(make(new Run(), createSource("quiet", new Run())));
  return { first: [...(first ?? all)], second: [...(second ?? all)] };
}

function* plans(subject: Subject): Generator<Plan> {
  const { sources = ["quiet"], starts = [[]] } = subject;
  const { first, second } = actsOf(subject);
  for (const source of sources) {
    for (const start of starts) {
      for (const one of first) {
        for (const two of second) {
          for (const gap of gaps) yield { source, start, acts: [one, gap, two] };
        }
      }
    }
  }
}

function programs(subject: Subject): fc.Arbitrary<Plan> {
  const { sources = ["quiet"], starts = [[]] } = subject;
  const { first, second } = actsOf(subject);
  const act = fc.constantFrom(...new Set([...first, ...second]));
  const step = fc.tuple(act, fc.nat(12));
  return fc.record({
    source: fc.constantFrom(...sources),
    start: fc.constantFrom(...starts),
    acts: fc.array(step, { maxLength: 12 }).map((steps) => steps.flat()),
  });
}

/** The gaps are tried innermost, and they are a number of no other factors: so each pair of acts has others. */
function* sampled(all: Iterable<Plan>, every = 1): Generator<Plan> {
  const nth = byScope({ part: every, usual: every, long: 1 });
  let n = 0;
  for (const plan of all) if (n++ % nth === 0) yield plan;
}

function* batches(all: Iterable<Plan>): Generator<Plan[]> {
  let batch: Plan[] = [];
  for (const plan of all) {
    batch.push(plan);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

interface Ran {
  readonly plan: Plan;
  readonly run: Run;
}

async function runAlone(subject: Subject, plan: Plan, reported: () => unknown[]): Promise<Ran> {
  const [ran] = await runTogether(subject, [plan]);
  for (const error of reported()) ran!.run.unhandled(error, subject.loud ?? false);
  return ran!;
}

async function runTogether(subject: Subject, batch: readonly Plan[]): Promise<Ran[]> {
  const { over = {}, rest, excuses = ["leave", "throw", "abort"] } = subject;
  const all = batch.map((plan) => {
    const run = new Run(subject.allows);
    const source = createSource(plan.source, run);
    const acts = run.guard(() => subject.make(run, source)) ?? {};
    const gone = new Set<string>();
    const act = (name: string): void => {
      if (run.guard(() => acts[name]?.()) === false) return;
      if (excuses.includes(name)) run.excused = true;
      for (const who of over[name] ?? []) gone.add(who);
    };
    const perform = async (): Promise<void> => {
      for (const step of plan.acts) {
        if (typeof step === "string") act(step);
        else for (let k = 0; k < step; k++) await undefined;
      }
    };
    let excused = false;
    const steps = [
      ...plan.start.map((name) => () => act(name)),
      () => void perform(),
      () => {
        run.atRest(gone);
        excused = run.excused;
      },
      ...rest.map((name) => () => act(name)),
      () => {
        run.excused = excused; //  the rest excuses nothing
        run.finish();
      },
    ];
    return { plan, run, steps };
  });
  const rounds = Math.max(...all.map(({ steps }) => steps.length), 0);
  for (let round = 0; round < rounds; round++) {
    for (const { steps } of all) steps[round]?.();
    await settled();
  }
  return all;
}

// ---- what is wrong, by kind -------------------------------------------------------------------

function note(failures: Map<string, string[]>, plan: Plan, troubles: readonly string[]): void {
  for (const trouble of troubles) {
    const kind = trouble.replace(/\d+/g, "#");
    failures.set(kind, [...(failures.get(kind) ?? []), `${nameOf(plan)}: ${trouble}`]);
  }
}

function nameOf({ source, start, acts }: Plan): string {
  const before = start.length > 0 ? `${start.join(", ")}; ` : "";
  return `[${source}] ${before}${acts.join(", ")}`;
}

function report(failures: Map<string, string[]>): string {
  const kinds = [...failures.values()].sort((a, b) => b.length - a.length);
  const shown = kinds.slice(0, SHOWN).map(([one, ...others]) => `${one} (${others.length} more)`);
  return [`The gap law is broken in ${kinds.length} ways:`, ...shown].join("\n  ");
}
