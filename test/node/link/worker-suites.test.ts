/** Suites of channels, with server ends in another thread: their bodies are closures, and tell a body there what to call. */
import { chooseTransport } from "./chosen-transport.ts";
import { inWorker } from "./puppets.ts";

await chooseTransport(inWorker);

await import("../../endings-twice.test.ts?over");
await import("../../link/gaps.test.ts?over");
await import("../../link/spec.test.ts?over");
await import("../../oracle/oracle.test.ts?over");
