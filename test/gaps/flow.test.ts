/** The pieces that compose channels, held to the gap law: each alone, two consumers of one, and two upon each other. */
import {
  abortable,
  broadcast,
  buffer,
  callbacks,
  cooperative,
  distribute,
  events,
  merge,
  type Pushing,
  select,
} from "coroutine-channels";

import { type Acts, gapLaw, type Subject } from "./law.ts";
import type { Run } from "./run.ts";
import { asyncSources, consumer, driver, type Source, syncSources } from "./sources.ts";

type Flow = AsyncGenerator<unknown, unknown, void>;
type Make = (
  source: AsyncIterable<unknown>,
  options: { signal?: AbortSignal },
  onDrop: (item: unknown) => void,
) => Flow;

const pieces: readonly [name: string, make: Make, takesSignal: boolean][] = [
  ["merge", (source) => merge(source), false],
  [
    "buffer",
    (source, options, onDrop) => buffer(source, { capacity: 2, onDrop, ...options }),
    true,
  ],
  ["broadcast", (source, options) => broadcast(source, options).subscribe(), true],
  [
    "broadcast with a buffer",
    (source, options, onDrop) =>
      broadcast(source, { replay: 1, ...options }).subscribe({ capacity: 2, onDrop }),
    true,
  ],
  [
    "a consumer with a signal",
    (source, options, onDrop) => broadcast(source).subscribe({ capacity: 1, onDrop, ...options }),
    true,
  ],
  ["distribute", (source, options) => distribute(source, options).subscribe(), true],
  ["cooperative", (source, options) => cooperative(source, options), true],
  ["abortable", (source, options) => abortable(source, options), true],
];

/** More than can have been given. */
const asks = Array.from({ length: 16 }, () => "ask");
const starts = [[], ["ask"], ["ask", "ask", "ask"], ["ask", "give", "ask"]];
const sources = [...asyncSources, ...syncSources];

for (const [name, make, takesSignal] of pieces) {
  const subject: Subject = {
    sources,
    make(run: Run, source: Source): Acts {
      const options = takesSignal ? { signal: run.signal } : {};
      const flow = make(source, options, (item) => run.pulled(item));
      const acts = { ...consumer(run, flow), ...driver(source) };
      return takesSignal ? { ...acts, abort: run.abort } : acts;
    },
    starts,
    over: { leave: ["client"], throw: ["client"], abort: ["client"] },
    rest: [...asks, "leave"],
    sample: 11,
  };
  gapLaw(name, subject);
}

/** Two consumers of one source. */
for (const [name, hub] of [
  ["broadcast", broadcast],
  ["distribute", distribute],
] as const) {
  gapLaw(`two consumers of ${name}`, {
    make(run, source) {
      const all = hub(source, { signal: run.signal });
      const one = consumer(run, all.subscribe());
      const two = all.subscribe();
      const optional = (): boolean => true;
      return {
        ...one,
        ...driver(source),
        abort: run.abort,
        "other ask"() {
          const call = two.next().then(
            // Of broadcast, everybody gets everything.
            ({ value, done }) => void (done || name === "broadcast" || run.pulled(value)),
            () => {},
          );
          run.watch("the other's next()", call, { who: "other" });
        },
        "other leave": () =>
          run.watch(
            "the other's return()",
            two.return().catch(() => {}),
            { who: "other" },
          ),
        "other throw": () =>
          run.watch(
            "the other's throw()",
            two.throw(run.error("the other's error", { optional })).catch(() => {}),
            { who: "other" },
          ),
      };
    },
    sources,
    starts: [[], ["ask", "other ask"], ["other ask"], ["ask", "other ask", "give", "other ask"]],
    over: {
      leave: ["client"],
      throw: ["client"],
      "other leave": ["other"],
      "other throw": ["other"],
      abort: ["client", "other"],
    },
    rest: [...asks.flatMap((ask) => [ask, "other ask"]), "leave", "other leave"],
    // Items and errors may come to the other.
    excuses: ["ask", "other ask", "leave", "throw", "abort", "other leave", "other throw"],
    sample: 17,
  });
}

/** Two sources for one consumer: those of the first are given by hand, and nothing is lost of either. */
gapLaw("merge of two", {
  make(run, source) {
    const quiet = { next: () => new Promise<never>(() => {}), return: async () => ({}) };
    const idle = { [Symbol.asyncIterator]: () => quiet } as unknown as AsyncIterable<number>;
    const flow = merge(source, idle);
    return { ...consumer(run, flow), ...driver(source) };
  },
  sources,
  starts,
  over: { leave: ["client"], throw: ["client"] },
  rest: [...asks, "leave"],
  sample: 7,
});

/** What pushes, and cannot wait. */
gapLaw("callbacks", {
  make(run) {
    let to: Pushing<number> | undefined;
    const optional = (): boolean => ended;
    let ended = false;
    const flow = callbacks<number>(
      (pushing) => {
        to = pushing;
        return () => (to = undefined);
      },
      { signal: run.signal },
    );
    run.atTheEnd(() => {
      if (to !== undefined) run.troubles.push("the subscription was never undone");
    });
    return {
      ...consumer(run, flow),
      give() {
        if (to === undefined) return false;
        const item = run.item();
        run.accepted(item);
        to.push(item);
        return true;
      },
      end: () => {
        if (to === undefined) return false;
        ended = true;
        to.end();
        return true;
      },
      fail: () => {
        if (to === undefined) return false;
        to.fail(run.error("the subscription's error", { optional }));
        ended = true;
        return true;
      },
      abort: run.abort,
    };
  },
  starts: [[], ["ask"], ["ask", "give"], ["ask", "give", "give", "give"]],
  over: {
    leave: ["client"],
    throw: ["client"],
    abort: ["client"],
    end: ["client"],
    fail: ["client"],
  },
  rest: ["end", ...asks, "leave"],
});

gapLaw("events", {
  make(run) {
    const target = new EventTarget();
    const flow = events<CustomEvent<number>>(target, "item", {
      signal: run.signal,
      close: "end",
      error: "fail",
    });
    let over = false;
    const optional = (): boolean => over;
    const takes = ({ value, done }: IteratorResult<CustomEvent<number>, void>): number[] =>
      done ? [] : [value.detail];
    return {
      ask: () => run.watch("next()", flow.next(), { takes }),
      leave: () => run.watch("return()", flow.return()),
      throw: () => run.watch("throw()", flow.throw(run.error("the client's error"))),
      give() {
        const detail = run.item();
        if (!over) run.accepted(detail);
        target.dispatchEvent(new CustomEvent("item", { detail }));
      },
      end() {
        target.dispatchEvent(new Event("end"));
        over = true;
      },
      fail() {
        const error = run.error("the target's error", { optional });
        target.dispatchEvent(Object.assign(new Event("fail"), { error }));
        over = true;
      },
      abort: run.abort,
    };
  },
  starts: [[], ["ask"], ["give"], ["ask", "give", "give", "give"]],
  over: {
    leave: ["client"],
    throw: ["client"],
    abort: ["client"],
    end: ["client"],
    fail: ["client"],
  },
  rest: ["end", ...asks, "leave"],
});

/** Compositions of two, by samples: each run takes the next pair. */
const pairs = pieces.flatMap((outer) => pieces.map((inner) => [outer, inner] as const));
let composed = 0;
gapLaw("one upon another", {
  make(run, source) {
    const [[, makeOuter, takesSignal], [, makeInner]] = pairs[composed++ % pairs.length]!;
    const onDrop = (item: unknown): void => run.pulled(item);
    const options = takesSignal ? { signal: run.signal } : {};
    const flow = makeOuter(makeInner(source, {}, onDrop), options, onDrop);
    const abort = (): boolean => {
      if (takesSignal) run.abort();
      return takesSignal;
    };
    return { ...consumer(run, flow), ...driver(source), abort };
  },
  sources,
  starts,
  rest: [...asks, "leave"],
  sample: 7,
});

/** A selection takes one item, or none. */
gapLaw("select", {
  make(run, source) {
    const onDrop = (item: unknown): void => run.pulled(item);
    const flow = buffer(source, { capacity: 1, signal: run.signal, onDrop });
    const never = { next: () => new Promise<never>(() => {}) };
    const takes = ({ value, done }: { value: unknown; done: boolean }): unknown[] =>
      done ? [] : [value];
    return {
      ...consumer(run, flow),
      select() {
        const options = run.options();
        run.watch("select()", select({ flow, never }, options), { ...options, takes });
      },
      ...driver(source),
      abort: run.abort,
      abortCall: run.abortCall,
    };
  },
  sources,
  starts: [[], ["select"], ["ask", "give"], ["select", "select", "give"]],
  over: { leave: ["client"], throw: ["client"], abort: ["client"] },
  rest: [...asks, "leave"],
  sample: 17,
});
