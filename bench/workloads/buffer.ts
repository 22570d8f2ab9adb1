import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "buffer",
  title: "`buffer`",
  text: "An async generator that may run ahead of its consumer by so many items. The control is one that passes its items through another.",
  unpaced: true,
  contenders: ["native", "ours-flow", "streaming-iterables"],
  cases: () => [1, 100].map((parameter) => ({ parameter, control: "native" })),
});
