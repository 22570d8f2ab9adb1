import { versus } from "../measure/versus.ts";

/** Streams are optimised late: the rounds of shorter runs would be over before. */
const LEAST_ITEMS = 40_000;

const adapters = ["toReadable", "fromReadable", "toWritable", "toDuplex"];
/** Who stands for one of them only. */
const instead: Readonly<Record<string, string>> = {
  "node-from": "toReadable",
  "pass-through": "toWritable",
};

export const workload = versus({
  name: "node",
  title: "Node streams",
  text: "A generator as a `Readable`; a `Readable` as a client end; one that is piped into a server end, or through a channel that answers, with a consumer behind it. The controls do without: a `Readable` that makes the items itself, `for await` over one, a `PassThrough`, a `Transform`, none of which holds more than the adapters do.",
  contenders: ["node-by-hand", "ours-node", "node-from", "pass-through"],
  cases: (contender) =>
    adapters
      .filter((adapter) => (instead[contender] ?? adapter) === adapter)
      .map((parameter) => ({ parameter, control: "node-by-hand", least: LEAST_ITEMS })),
});
