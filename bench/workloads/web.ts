import { versus } from "../measure/versus.ts";

/** Streams are optimised late: the rounds of shorter runs would be over before. */
const LEAST_ITEMS = 40_000;

const adapters = [
  "toReadableStream",
  "toEventStream",
  "fromReadableStream",
  "toWritableStream",
  "toTransformStream",
];

export const workload = versus({
  name: "web",
  title: "Web streams",
  text: "A generator as a `ReadableStream`, and as server-sent events; a `ReadableStream` as a client end; one that is piped into a server end with a client; one that is piped through a generator. The controls do without: a `ReadableStream` that makes the items, or the events, itself, `for await` over one, a `TransformStream` that passes on, one that adds one, neither of which holds more than the adapters do.",
  contenders: ["web-by-hand", "ours-web", "web-from"],
  cases: (contender) =>
    (contender === "web-from" ? ["toReadableStream"] : adapters).map((parameter) => ({
      parameter,
      control: "web-by-hand",
      least: LEAST_ITEMS,
    })),
});
