import type { Workload } from "../measure/workload.ts";
import { workload as abortable } from "./abortable.ts";
import { workload as batches } from "./batches.ts";
import { workload as broadcast } from "./broadcast.ts";
import { workload as buffer } from "./buffer.ts";
import { workload as callbacks } from "./callbacks.ts";
import { workload as cancel } from "./cancel.ts";
import { workload as cooperative } from "./cooperative.ts";
import { workload as create } from "./create.ts";
import { workload as delegation } from "./delegation.ts";
import { workload as distribute } from "./distribute.ts";
import { workload as events } from "./events.ts";
import { workload as fanOut } from "./fan-out.ts";
import { workload as farDistance } from "./far-distance.ts";
import { workload as far } from "./far.ts";
import { workload as garbageCollected } from "./garbage-collected.ts";
import { workload as idleMemory } from "./idle-memory.ts";
import { workload as joined } from "./joined.ts";
import { workload as merge } from "./merge.ts";
import { workload as node } from "./node.ts";
import { workload as oneWay } from "./one-way.ts";
import { workload as pipeline } from "./pipeline.ts";
import { workload as selectAgain } from "./select-again.ts";
import { workload as select } from "./select.ts";
import { workload as signal } from "./signal.ts";
import { workload as twoWay } from "./two-way.ts";
import { workload as web } from "./web.ts";

/** In the order of the report. */
export const workloads: readonly Workload[] = [
  oneWay,
  twoWay,
  pipeline,
  delegation,
  fanOut,
  batches,
  joined,
  create,
  cancel,
  signal,
  idleMemory,
  garbageCollected,
  select,
  selectAgain,
  merge,
  buffer,
  broadcast,
  distribute,
  cooperative,
  abortable,
  events,
  callbacks,
  web,
  node,
  far,
  farDistance,
];
