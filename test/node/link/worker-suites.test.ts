/** Suites of channels, with server ends in another thread: their bodies are closures, and tell a body there what to call. */
import { known } from "../../link/known-deviations.ts";
import { chooseTransport } from "./chosen-transport.ts";
import { deviations } from "./deviations-over.ts";
import { inWorker } from "./puppets.ts";

await chooseTransport(inWorker);

await import("../../async-generator-rules.test.ts?over");
await import("../../cancelling.test.ts?over");
await import("../../endings-twice.test.ts?over");
await import("../../link/gaps.test.ts?over");
await import("../../link/spec.test.ts?over");
await import("../../oracle/oracle.test.ts?over");
await import("../../put.test.ts?over");
await import("../../speaking-first.test.ts?over");

deviations(known);
