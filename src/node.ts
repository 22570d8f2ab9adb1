export { toDuplex } from "./node/to-duplex.ts";
export { toReadable } from "./node/to-readable.ts";
export { toWritable } from "./node/to-writable.ts";
