export { toEventStream } from "./web/to-event-stream.ts";
export { fromReadableStream } from "./web/from-readable-stream.ts";
export { toReadableStream } from "./web/to-readable-stream.ts";
export { toTransformStream } from "./web/to-transform-stream.ts";
export { toWritableStream } from "./web/to-writable-stream.ts";
export type { EventStreamOptions } from "./web/to-event-stream.ts";
export type { SendingEnd } from "./adapters/sender.ts";
