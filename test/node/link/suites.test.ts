/** The suites of the adapters of Node's streams, with far ends in place of near ones. */
import "../adapters/fetch.test.ts?far";
import "../adapters/from-readable.test.ts?far";
import "../adapters/pipe-to.test.ts?far";
import "../adapters/sources.test.ts?far";
import "../adapters/to-duplex.test.ts?far";
import "../adapters/to-readable.test.ts?far";
import "../adapters/to-writable.test.ts?far";

import { deviations } from "../../link/deviations.ts";

deviations([["body", /destroy leaves the channel with the very error, though its server is busy/]]);
