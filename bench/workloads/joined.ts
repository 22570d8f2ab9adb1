import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "joined",
  title: "Joined sends",
  text: "Single sends that join into `read(1000)`, against a generator of single items.",
  contenders: ["native", "ours-arrays"],
  cases: () => [{ parameter: 1000, control: "native" }],
});
