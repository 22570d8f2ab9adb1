import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "two-way",
  title: "Two ways",
  text: "An item down, an answer up, by `next(answer)`. Peers that go one way only use two of theirs, and await the answer alone.",
  counted: true,
  contenders: [
    "native",
    "ours",
    "ours-serve",
    "promises",
    "queueable",
    "medium",
    "thi.ng-csp",
    "it-queueless-pushable",
    "readable-stream",
    "transform-stream",
    "pass-through",
    "effect-queue",
    "repeater",
  ],
  cases: () => [{ parameter: "round trip", control: "native" }],
});
