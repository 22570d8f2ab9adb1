import { versus } from "../measure/versus.ts";

const ITEMS_PER_SOURCE = 100;

const everyone = ["native", "ours-flow", "repeater", "streaming-iterables", "thi.ng-csp", "rxjs"];

export const workload = versus({
  name: "merge",
  title: "`merge`",
  text: "So many async generators as one source, at least 100 items each, opening and closing included. The control is one generator that passes through another as many items.",
  contenders: everyone,
  cases: (contender) =>
    // Selects anew for each item, among all of them.
    (contender === "thi.ng-csp" ? [1, 10] : [1, 10, 1000]).map((parameter) => ({
      parameter,
      control: "native",
      least: parameter * ITEMS_PER_SOURCE,
    })),
});
