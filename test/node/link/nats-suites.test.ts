/** The suites of near ends, with far ends over NATS in their place. */
import { afterAll } from "vitest";

import { suitesOver } from "./chosen-transport.ts";
import { NatsServer } from "./nats-server.ts";
import { overNats } from "./transports.ts";

const nats = await new NatsServer().start();
afterAll(() => nats.stop());

await suitesOver((options, through) => overNats(nats.server, options, through));
