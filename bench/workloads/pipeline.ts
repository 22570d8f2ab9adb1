import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "pipeline",
  title: "Pipeline",
  text: "A producer, then 1, 3 and 10 async generators that add one, then a consumer.",
  contenders: [
    "native",
    "ours",
    "ours-serve",
    "queueable",
    "it-queueless-pushable",
    "readable-stream",
    "pass-through",
    "thi.ng-csp",
    "transform-stream",
    "repeater",
    "rxjs",
  ],
  cases: () => [1, 3, 10].map((parameter) => ({ parameter, control: "native" })),
});
