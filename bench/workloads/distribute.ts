import { versus } from "../measure/versus.ts";

const ITEMS_PER_CONSUMER = 100;

export const workload = versus({
  name: "distribute",
  title: "`distribute`",
  text: "One source, each of whose items is for one of so many consumers, at least 100 each. The control is one generator, on which as many consumers call `next()`.",
  contenders: ["native", "ours-flow", "thi.ng-csp"],
  cases: () =>
    [1, 10, 1000].map((parameter) => ({
      parameter,
      control: "native",
      least: parameter * ITEMS_PER_CONSUMER,
    })),
});
