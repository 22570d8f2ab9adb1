import { versus } from "../measure/versus.ts";

const ITEMS_PER_CONSUMER = 100;

export const workload = versus({
  name: "broadcast",
  title: "`broadcast`",
  text: "One source, each of whose items is for all of so many consumers: the cost of each item that one of them takes, at least 100 each. The control is one generator that passes through another as many items.",
  contenders: ["native", "ours-flow", "thi.ng-csp", "rxjs"],
  cases: () =>
    [1, 10, 1000].map((parameter) => ({
      parameter,
      control: "native",
      least: parameter * ITEMS_PER_CONSUMER,
    })),
});
