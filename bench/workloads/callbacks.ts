import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "callbacks",
  title: "`callbacks`",
  text: "Items that an emitter's listener pushes, so many at a time while somebody waits for the first of them. The control is a Repeater, whose executor does not await `push`.",
  unpaced: true,
  contenders: ["repeater", "ours-flow"],
  cases: () => [1, 100].map((parameter) => ({ parameter, control: "repeater", least: parameter })),
});
