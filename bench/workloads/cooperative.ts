import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "cooperative",
  title: "`cooperative`",
  text: "An async generator that lets the event loop have a turn after so many milliseconds; with 0, after each item. The control passes its items through another generator.",
  contenders: ["native", "ours-flow"],
  cases: () =>
    [8, 0].map((parameter) => ({ parameter, control: "native", label: `${parameter} ms` })),
});
