import { versus } from "../measure/versus.ts";

const ITEMS_PER_CHANNEL = 100;
const MOST_ITEMS = 300_000;

const everyone = [
  "native",
  "ours",
  "promises",
  "queueable",
  "medium",
  "it-queueless-pushable",
  "readable-stream",
  "thi.ng-csp",
  "transform-stream",
  "pass-through",
  "repeater",
  "rxjs",
];
/** Who opens 100,000 in reasonable time. */
const many = new Set(["native", "ours", "promises", "queueable", "medium", "rxjs"]);

export const workload = versus({
  name: "fan-out",
  title: "Fan-out",
  text: "One routine sends round-robin into so many channels, each with a consumer, opening and closing included: 100 items for each channel, 3 where there are 100,000. The control is one generator with one consumer and as many items.",
  contenders: everyone,
  cases: (contender) =>
    [10, 1000, ...(many.has(contender) ? [100_000] : [])].map((parameter) => {
      const items = Math.min(parameter * ITEMS_PER_CHANNEL, MOST_ITEMS);
      return { parameter, control: "native", least: items, most: Math.max(items, 100_000) };
    }),
});
