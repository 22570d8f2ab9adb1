/** The suites of near ends, with far ends over a MessageChannel in their place. */
import { suitesOver } from "./chosen-transport.ts";
import { transports } from "./transports.ts";

await suitesOver(transports.MessageChannel);
