/** The pieces under test, in one place until the main entry point exports them. */
export { broadcast } from "../../src/flow/broadcast.ts";
export { buffer } from "../../src/flow/buffer.ts";
export { cooperative } from "../../src/flow/cooperative.ts";
export { events } from "../../src/flow/events.ts";
export { merge } from "../../src/flow/merge.ts";
export { select } from "../../src/flow/select.ts";
export { share } from "../../src/flow/share.ts";
