import { versus } from "../measure/versus.ts";

export const workload = versus({
  name: "events",
  title: "`events`",
  text: "Events of an `EventEmitter`, emitted so many at a time while somebody waits for the first of them. The control is `events.on` of Node.",
  unpaced: true,
  contenders: ["events-on", "ours-flow", "repeater"],
  cases: () => [1, 100].map((parameter) => ({ parameter, control: "events-on", least: parameter })),
});
