import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "select",
  title: "`select`",
  text: "One routine sends round-robin into so many channels, and each item is taken from whichever has one. The control takes as many items from async generators, in turn.",
  contenders: ["native", "ours-flow", "native-race", "thi.ng-csp", "effect-queue"],
  cases: () => [2, 10, 100].map((parameter) => ({ parameter, control: "native" })),
});
