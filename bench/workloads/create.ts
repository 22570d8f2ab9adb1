import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "create",
  title: "Create, one item, close",
  text: "The whole life of a channel: opened, one item, closed. Producer and consumer are included.",
  contenders: [
    "native",
    "ours",
    "ours-serve",
    "promises",
    "queueable",
    "medium",
    "it-queueless-pushable",
    "thi.ng-csp",
    "readable-stream",
    "transform-stream",
    "pass-through",
    "effect-queue",
    "repeater",
    "rxjs",
  ],
  cases: () => [{ parameter: "life", control: "native" }],
});
