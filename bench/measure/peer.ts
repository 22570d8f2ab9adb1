import type * as NodeStreams from "coroutine-channels/node";
import type * as WebStreams from "coroutine-channels/web";

/** What one routine passes to another: a program for each workload, as a user of the peer would write it. */
export interface Programs {
  "one-way"(count: number, items: "integers" | "objects"): unknown;
  "two-way"(count: number): unknown;
  /** Through so many stages that add one, written as async generators wherever the peer is iterable. */
  pipeline(count: number, stages: number): unknown;
  /** From a routine that is so many calls deep. */
  delegation(count: number, depth: number): unknown;
  /** One routine, round-robin into so many channels. */
  "fan-out"(count: number, channels: number): unknown;
  /** Arrays of this size handed over at once, whose items are summed up. */
  batches(count: number, size: number): unknown;
  /** Items sent one by one, taken a thousand at a time where that can be had. */
  joined(count: number): unknown;
  /** Opens, passes one item on, closes; so many times. */
  create(count: number): unknown;
  /** One-way, every send with a signal. */
  signal(count: number): unknown;
  /** Opens so many and keeps them, with nothing under way. */
  "idle-memory"(count: number): unknown[];
  /** Takes from whichever of so many has an item. */
  select(count: number, arms: number): unknown;
  /** Opens three, of which two stay silent; what comes back takes one item of the first that has one. */
  "select-again"(): () => Promise<unknown>;
  /** So many sources as one; together they give `count` items. */
  merge(count: number, sources: number): unknown;
  /** One source, each item for each of so many consumers; together they take `count` items. */
  broadcast(count: number, consumers: number): unknown;
  /** One source, each item for one of so many consumers. */
  distribute(count: number, consumers: number): unknown;
  /** One source that may run ahead by so many items. */
  buffer(count: number, capacity: number): unknown;
  /** One source, interrupted after so many milliseconds for a turn of the event loop. */
  cooperative(count: number, budget: number): unknown;
  /** One source that a signal can end, and so many idle milliseconds, if any. */
  abortable(count: number, idle: number): unknown;
  /** What an emitter's listener pushes, so many at a time. */
  callbacks(count: number, burst: number): unknown;
  /** Events of an emitter, emitted so many at a time. */
  events(count: number, burst: number): unknown;
  /** Through a web stream, made by the adapter of this name or by what it stands for. */
  web(count: number, adapter: keyof typeof WebStreams): unknown;
  /** The same through a stream of Node's. */
  node(count: number, adapter: keyof typeof NodeStreams): unknown;
}

/** Something to pass items with: ours, or what a user would pick instead. */
export interface Peer {
  /** As the report calls it. */
  readonly title: string;
  /** How far a producer that awaits its sends may run ahead of the consumer. */
  readonly ahead: "lockstep" | "1 ahead" | "16 ahead" | "unlimited" | "synchronous";
  /** Whether it waits for more than microtasks, which a loop of microtasks would starve. */
  readonly macrotasks?: true;
  readonly programs: Partial<Programs>;
}

export const peers = [
  "loop",
  "native",
  "native-singles",
  "native-race",
  "promises",
  "ours",
  "ours-serve",
  "ours-arrays",
  "ours-lent",
  "ours-singles",
  "ours-flow",
  "ours-web",
  "ours-node",
  "queueable",
  "medium",
  "it-queueless-pushable",
  "thi.ng-csp",
  "readable-stream",
  "transform-stream",
  "pass-through",
  "effect-queue",
  "repeater",
  "rxjs",
  "streaming-iterables",
  "events-on",
  "web-by-hand",
  "web-from",
  "node-by-hand",
  "node-from",
] as const;

export type PeerName = (typeof peers)[number];

/** @param instance Another instance of the same file, so that the engine learns about each by itself. */
export async function loadPeer(name: string, instance = "contender"): Promise<Peer> {
  const module = (await import(`../peers/${name}.ts?${instance}`)) as { peer: Peer };
  return module.peer;
}
