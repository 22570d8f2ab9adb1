/**
 * All sequences of calls on two channels that one body serves, on the library and on the model: who is told what when a client
 * leaves, when all have, when the body ends, or when a channel is cut off.
 */
import { Channel, ChannelClosed, serveAll, type Client, type Server } from "coroutine-channels";
import { expect, test } from "vitest";

import { byScope } from "../support/scope.ts";
import { settled } from "../support/settled.ts";
import { withoutTraces } from "../support/without-traces.ts";
import { errorOf, valueOf } from "./calls.ts";
import { matches, print, type Settled } from "./compare.ts";
import type { Call, Model, Outcome } from "./model.ts";
import { ServeAllModel } from "./serve-all-model.ts";

const names = ["a", "b"] as const;
type Name = (typeof names)[number];

interface Lane {
  readonly controller: AbortController;
  readonly channel: Channel<unknown, unknown, unknown>;
  readonly client: Client<unknown, unknown, unknown>;
  server: Server<unknown, unknown, unknown>;
}

/** What is called on a channel: on the model, and on the library. The n-th step brings the value, error or reason n. */
const laneCalls = {
  "c.next": [(lane: Model) => lane.next("client"), ({ client }: Lane) => client.next()],
  "c.send": [
    (lane, n) => lane.send("client", valueOf(n)),
    ({ client }, n) => client.send(valueOf(n)),
  ],
  "c.return": [
    (lane, n) => lane.return("client", valueOf(n)),
    ({ client }, n) => client.return(valueOf(n)),
  ],
  "c.throw": [
    (lane, n) => lane.throw("client", errorOf(n)),
    ({ client }, n) => client.throw(errorOf(n)),
  ],
  "s.next": [(lane) => lane.next("server"), ({ server }) => server.next()],
  "s.send": [
    (lane, n) => lane.send("server", valueOf(n)),
    ({ server }, n) => server.send(valueOf(n)),
  ],
  "s.put": [(lane, n) => lane.put("server", valueOf(n)), ({ server }, n) => server.put(valueOf(n))],
  "s.return": [
    (lane, n) => lane.return("server", valueOf(n)),
    ({ server }, n) => server.return(valueOf(n)),
  ],
  abort: [(lane, n) => lane.abort(errorOf(n)), ({ controller }, n) => controller.abort(errorOf(n))],
} satisfies Record<
  string,
  [(lane: Model, n: number) => Call | void, (lane: Lane, n: number) => Promise<unknown> | void]
>;

type LaneCall = keyof typeof laneCalls;
type Step =
  | `${Name}.${LaneCall}`
  | "serve"
  | "signal"
  | "body.return"
  | "body.throw"
  | `body.unwind.${Name}`;

/** What a `ChannelClosed` that leaves the body is to the model. */
const departure = new Error("a ChannelClosed");

class Case {
  readonly model = new ServeAllModel(names.length);
  readonly sequence: readonly Step[];
  readonly calls: (Call | undefined)[] = [];
  /** After which step each call has settled, and `serveAll` itself. */
  readonly settledAt: (number | undefined)[] = [];
  servedAt: number | undefined;

  constructor(sequence: readonly Step[]) {
    this.sequence = sequence;
    sequence.forEach((step, i) => {
      this.calls.push(this.#apply(step, i + 1) ?? undefined);
      this.model.look();
      this.calls.forEach((call, j) => {
        if (call?.out) this.settledAt[j] ??= i;
      });
      if (this.model.out) this.servedAt ??= i;
    });
  }

  #apply(step: Step, n: number): Call | void {
    const { model } = this;
    if (step === "serve") return model.serve();
    if (step === "signal") return model.giveUp(errorOf(n));
    if (step === "body.return") return model.bodyReturns(valueOf(n));
    if (step === "body.throw") return model.bodyThrows(errorOf(n));
    if (step.startsWith("body")) return model.bodyUnwinds(departure);
    return laneCalls[step.slice(2) as LaneCall][0](this.#lane(step), n);
  }

  possible(step: Step): boolean {
    const { model, sequence } = this;
    if (step === "serve") return !sequence.includes(step);
    if (step === "signal" || step.endsWith("abort")) return !sequence.includes(step);
    if (step.startsWith("body.unwind"))
      return model.bodyRuns && this.#lane(step).told !== undefined;
    if (step.startsWith("body")) return model.bodyRuns;
    if (step.startsWith("b.") && !sequence.some((one) => one.startsWith("a."))) return false; // as with a
    return !step.includes(".s.") || model.begun;
  }

  /** Whether nothing can happen any more. */
  get over(): boolean {
    return this.model.out !== undefined && this.model.lanes.every((lane) => lane.finished);
  }

  #lane(step: Step): Model {
    return this.model.lanes[step.startsWith("a") || step.endsWith("a") ? 0 : 1]!;
  }
}

function* cases(
  alphabet: readonly Step[],
  length: number,
  sequence: readonly Step[] = [],
): Generator<Case> {
  const here = new Case(sequence);
  if (sequence.length === length || here.over) return void (yield here);
  for (const step of alphabet) {
    if (here.possible(step)) yield* cases(alphabet, length, [...sequence, step]);
  }
}

class Run {
  readonly case: Case;
  readonly #signal = new AbortController();
  readonly #lanes = Object.fromEntries(names.map((name) => [name, newLane()])) as Record<
    Name,
    Lane
  >;
  readonly #settled: (Settled | undefined)[] = [];
  #served: Settled | undefined;
  #end: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;
  #present = 0;

  constructor(expected: Case) {
    this.case = expected;
  }

  play(i: number): void {
    const step = this.case.sequence[i];
    if (step === undefined) return;
    this.#present = i;
    this.#note(this.#make(step, i + 1) ?? undefined, (settled) => (this.#settled[i] = settled));
  }

  #make(step: Step, n: number): Promise<unknown> | void {
    if (step === "serve") return this.#note(this.#serve(), (settled) => (this.#served = settled));
    if (step === "signal") return this.#signal.abort(errorOf(n));
    if (step === "body.return") return this.#end?.resolve(valueOf(n));
    if (step === "body.throw") return this.#end?.reject(errorOf(n));
    if (step.startsWith("body"))
      return this.#end?.reject(this.#lastDeparture(step.slice(-1) as Name));
    return laneCalls[step.slice(2) as LaneCall][1](this.#lanes[step[0] as Name], n);
  }

  #serve(): Promise<unknown> {
    const { a, b } = this.#lanes;
    const channels = { a: a.channel, b: b.channel };
    return serveAll(
      channels,
      (servers) => {
        for (const name of names) this.#lanes[name].server = servers[name];
        return new Promise((resolve, reject) => (this.#end = { resolve, reject }));
      },
      { signal: this.#signal.signal },
    );
  }

  #note(call: Promise<unknown> | undefined, note: (settled: Settled) => void): void {
    const settle = (rejected: boolean) => (value: unknown) =>
      note({ at: this.#present, turn: 0, rejected, value });
    call?.then(settle(false), settle(true));
  }

  /** The last `ChannelClosed` by which a server end was told that its client has left. */
  #lastDeparture(name: Name): unknown {
    return this.#settled.findLast(
      (one, i) =>
        this.case.sequence[i]!.startsWith(`${name}.s`) && one?.value instanceof ChannelClosed,
    )?.value;
  }

  difference(): string | undefined {
    const { sequence, model, calls, settledAt, servedAt } = this.case;
    const rows: [string, Outcome | undefined, number | undefined, Settled | undefined][] =
      sequence.map((step, i) => [step, calls[i]?.out, settledAt[i], this.#settled[i]]);
    rows.push(["serveAll", model.out, servedAt, this.#served]);
    const wrong = rows.filter(([, out, at, actual]) => !same(out, at, actual));
    const lanes = names.map((name, i) => ({
      name,
      actual: this.#lanes[name],
      expected: model.lanes[i]!,
    }));
    const trouble = lanes.filter(
      ({ actual, expected }) =>
        actual.channel.closed !== expected.closed ||
        actual.client.signal.aborted !== expected.closed ||
        (actual.server !== nothing && actual.server.signal.aborted !== expected.closed),
    );
    if (wrong.length + trouble.length === 0) return undefined;
    const lines = wrong.map(([step, out, at, actual]) => {
      const shown = actual
        ? `${actual.rejected ? "rejects " : ""}${print(actual.value)} at ${actual.at + 1}`
        : "waits";
      return `  ${step}: ${shown}   <-- model: ${out ? `${print(out)} at ${at! + 1}` : "waits"}`;
    });
    return [sequence.join(" "), ...lines, ...trouble.map(({ name }) => `  closed: ${name}`)].join(
      "\n",
    );
  }
}

/** In the place of a server end that the body has not got yet, which is a difference. */
const early = (): Promise<never> => Promise.reject(new Error("the body has not begun"));
const nothing = { next: early, send: early, put: early, return: early } as never as Lane["server"];

function newLane(): Lane {
  const controller = new AbortController();
  const channel = new Channel<unknown, unknown, unknown>({ signal: controller.signal });
  return { controller, channel, client: channel.client(), server: nothing };
}

function same(
  expected: Outcome | undefined,
  at: number | undefined,
  actual: Settled | undefined,
): boolean {
  if (!expected || !actual) return !expected && !actual;
  if (at !== actual.at) return false;
  const told = actual.value;
  if ("error" in expected && expected.error === departure) return told instanceof ChannelClosed;
  if ("closed" in expected && expected.closed.cause === departure) {
    if (!(told instanceof ChannelClosed && told.cause instanceof ChannelClosed)) return false;
    return matches({ closed: { ...expected.closed, cause: told.cause } }, actual);
  }
  return matches(expected, actual);
}

function differences(all: Iterable<Case>): Promise<{ compared: number; found: string[] }> {
  const found: string[] = [];
  let compared = 0;
  let batch: Run[] = [];
  const flush = async (): Promise<void> => {
    const longest = Math.max(0, ...batch.map((run) => run.case.sequence.length));
    for (let i = 0; i < longest; i++) {
      for (const run of batch) run.play(i);
      await settled();
    }
    found.push(...batch.flatMap((run) => run.difference() ?? []));
    compared += batch.length;
    batch = [];
  };
  return withoutTraces(async () => {
    for (const one of all) if (batch.push(new Run(one)) === 512) await flush();
    await flush();
    return { compared, found: found.toSorted((one, two) => one.length - two.length) };
  });
}

const onLanes = (...calls: LaneCall[]): Step[] =>
  names.flatMap((name) => calls.map((call): Step => `${name}.${call}`));
const bodyEnds: Step[] = ["body.return", "body.throw", "body.unwind.a", "body.unwind.b"];

const scopes: [name: string, alphabet: Step[], usual: number, long: number][] = [
  ["leaving", ["serve", ...onLanes("c.next", "c.return", "s.put", "s.next"), ...bodyEnds], 6, 7],
  [
    "endings",
    [
      "serve",
      ...onLanes("c.next", "c.return", "c.throw", "s.send", "s.return", "abort"),
      ...bodyEnds,
    ],
    5,
    6,
  ],
  [
    "before it begins",
    ["serve", "signal", ...onLanes("c.send", "c.return", "c.throw", "abort", "s.next")],
    4,
    6,
  ],
];

test.each(scopes)("two channels in one body: %s", async (name, alphabet, usual, long) => {
  const length = byScope({ part: usual - 1, usual, long });
  const { compared, found } = await differences(cases(alphabet, length));
  console.info(
    `serveAll, ${name}, up to ${length} calls: ${compared.toLocaleString("en")} sequences compared`,
  );
  if (found.length > 0)
    expect.fail(`${found.length} differences; the shortest:\n\n${found.slice(0, 12).join("\n\n")}`);
  expect(compared).toBeGreaterThan(100);
});
