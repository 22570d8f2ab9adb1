/** The suites of near ends, with far ends over TCP in their place. */
import { suitesOver } from "./chosen-transport.ts";
import { transports } from "./transports.ts";

await suitesOver(transports.TCP);
