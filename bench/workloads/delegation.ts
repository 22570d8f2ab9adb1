import { versus } from "../measure/versus.ts";

const depths = [0, 1, 3, 10, 30];

export const workload = versus({
  name: "delegation",
  title: "Delegation",
  text: "The items come from a routine so many calls deep: `yield*` in generators, a plain call that is given the server end with channels.",
  contenders: [
    "native",
    "ours",
    "ours-serve",
    "promises",
    "queueable",
    "medium",
    "it-queueless-pushable",
    "readable-stream",
    "pass-through",
    "thi.ng-csp",
    "transform-stream",
    "repeater",
  ],
  cases: (contender) => {
    const against = depths.map((parameter) => ({ parameter, control: "native" }));
    if (!contender.startsWith("ours")) return against;
    const label = "10, against 0";
    return [...against, { parameter: 10, control: contender, controlParameter: 0, label }];
  },
});
