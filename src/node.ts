export { fromReadable } from "./node/from-readable.ts";
export { toDuplex } from "./node/to-duplex.ts";
export { toReadable } from "./node/to-readable.ts";
export { toWritable } from "./node/to-writable.ts";
export type { SendingEnd } from "./adapters/sender.ts";
