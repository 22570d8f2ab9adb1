import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "abortable",
  title: "`abortable`",
  text: "An async generator that is left when a signal aborts, and with an idle time of so many milliseconds; 0: without. The control passes its items through another generator.",
  contenders: ["native", "ours-flow"],
  cases: () =>
    [0, 10_000].map((parameter) => ({ parameter, control: "native", label: `${parameter} ms` })),
});
