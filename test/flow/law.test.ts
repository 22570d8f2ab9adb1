/** Every piece obeys the laws, by itself and on top of every other. */
import { describe } from "vitest";
import { abortable, broadcast, buffer, cooperative, distribute, merge } from "coroutine-channels";
import { byScope } from "../support/scope.ts";
import { laws, lawsOfSignals, type Make } from "./law.ts";

const pieces: readonly [name: string, make: Make][] = [
  ["buffer", (source, options) => buffer(source, { capacity: 2, ...options })],
  [
    "buffer that drops",
    (source, options) => buffer(source, { capacity: 9, overflow: "drop-oldest", ...options }),
  ],
  ["broadcast", (source, options) => broadcast(source, options).subscribe()],
  [
    "broadcast with a buffer",
    (source, options) => broadcast(source, { replay: 2, ...options }).subscribe({ capacity: 3 }),
  ],
  ["distribute", (source, options) => distribute(source, options).subscribe()],
  ["cooperative", (source, options) => cooperative(source, options)],
  [
    "cooperative without a budget",
    (source, options) => cooperative(source, { budget: 0, ...options }),
  ],
  ["abortable", (source, options) => abortable(source, options)],
  [
    "abortable with an idle time",
    (source, options) => abortable(source, { idle: 1e6, ...options }),
  ],
];
/** Signals of one consumer. */
const consumers: readonly [name: string, make: Make][] = [
  ["a consumer of broadcast", (source, options) => broadcast(source).subscribe(options)],
  ["a consumer of distribute", (source, options) => distribute(source).subscribe(options)],
];
const all: readonly [name: string, make: Make][] = [
  ["merge", (source) => merge(source)],
  ...pieces,
];

for (const [name, make] of all) laws(name, make);
for (const [name, make] of [...pieces, ...consumers]) lawsOfSignals(name, make);

/** Of all pairs, so many that each piece stands on others and below others; all in `npm run test:long`. */
const every = byScope({ part: 12, usual: 5, long: 1 });
const taken = (outer: number, inner: number): boolean => (outer * 3 + inner) % every === 0;

describe("on top of each other", () => {
  for (const [o, [outer, makeOuter]] of all.entries()) {
    for (const [i, [inner, makeInner]] of all.entries()) {
      if (!taken(o, i)) continue;
      laws(`${outer} of ${inner}`, (source) => makeOuter(makeInner(source)));
      if (outer === "merge") continue;
      lawsOfSignals(`${outer} of ${inner}`, (source, options) =>
        makeOuter(makeInner(source), options),
      );
    }
  }
});
