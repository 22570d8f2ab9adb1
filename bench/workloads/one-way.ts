import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "one-way",
  title: "One way",
  text: "One routine sends, another takes with `for await`; integers, and objects with one property.",
  counted: true,
  contenders: [
    "native",
    "ours",
    "ours-serve",
    "promises",
    "loop",
    "queueable",
    "medium",
    "it-queueless-pushable",
    "readable-stream",
    "pass-through",
    "thi.ng-csp",
    "transform-stream",
    "effect-queue",
    "repeater",
    "rxjs",
  ],
  cases: () => [
    { parameter: "integers", control: "native" },
    { parameter: "objects", control: "native" },
  ],
});
