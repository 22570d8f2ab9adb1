/** Every piece obeys the laws, by itself and on top of every other. */
import { describe } from "vitest";
import { broadcast, buffer, cooperative, merge, distribute } from "coroutine-channels";
import { laws, type Make } from "./law.ts";

const pieces: readonly [name: string, make: Make][] = [
  ["merge", (source) => merge(source)],
  ["buffer", (source) => buffer(source, { capacity: 2 })],
  ["buffer that drops", (source) => buffer(source, { capacity: 9, overflow: "drop-oldest" })],
  ["broadcast", (source) => broadcast(source).subscribe()],
  ["broadcast with a buffer", (source) => broadcast(source).subscribe({ capacity: 3 })],
  ["distribute", (source) => distribute(source).subscribe()],
  ["cooperative", (source) => cooperative(source)],
  ["cooperative without a budget", (source) => cooperative(source, { budget: 0 })],
];

for (const [name, make] of pieces) laws(name, make);

describe("on top of each other", () => {
  for (const [outer, makeOuter] of pieces) {
    for (const [inner, makeInner] of pieces) {
      laws(`${outer} of ${inner}`, (source) => makeOuter(makeInner(source)));
    }
  }
});
