import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "signal",
  title: "With a signal",
  text: "One way, every send with one and the same `signal` that never aborts, against the same without.",
  contenders: ["ours"],
  controlProgram: "one-way",
  cases: () => [{ parameter: "one signal", control: "ours", controlParameter: "integers" }],
});
