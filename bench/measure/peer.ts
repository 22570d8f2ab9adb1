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
  "promises",
  "ours",
  "ours-serve",
  "ours-arrays",
  "ours-lent",
  "ours-singles",
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
] as const;

export type PeerName = (typeof peers)[number];

/** @param instance Another instance of the same file, so that the engine learns about each by itself. */
export async function loadPeer(name: string, instance = "contender"): Promise<Peer> {
  const module = (await import(`../peers/${name}.ts?${instance}`)) as { peer: Peer };
  return module.peer;
}
