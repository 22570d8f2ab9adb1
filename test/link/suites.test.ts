/** The suites of near ends, with far ends in their place. What deviates is listed, and why, in known-deviations.ts. */
import "../async-generator.test.ts?far";
import "../async-generator-rules.test.ts?far";
import "../cancelling.test.ts?far";
import "../differential/differential.test.ts?far";
import "../endings.test.ts?far";
import "../endings-twice.test.ts?far";
import "../oracle/oracle.test.ts?far";
import "../oracle/streams.test.ts?far";
import "../put.test.ts?far";
import "../races.test.ts?far";
import "../reentrancy.test.ts?far";
import "../situations.test.ts?far";
import "../speaking-first.test.ts?far";

import "../flow/abortable.test.ts?far";
import "../flow/buffer.test.ts?far";
import "../flow/law.test.ts?far";
import "../flow/merge.test.ts?far";
import "../flow/nested.test.ts?far";
import "../flow/select.test.ts?far";

import "../stream/calls.test.ts?far";
import "../stream/reentrancy.test.ts?far";
import "../stream/sources.test.ts?far";
import "../stream/splits.test.ts?far";
import "../stream/wishes.test.ts?far";

import "../web/bodies.test.ts?far";
import "../web/from-readable-stream.test.ts?far";
import "../web/leaving.test.ts?far";
import "../web/sources.test.ts?far";
import "../web/to-event-stream.test.ts?far";
import "../web/to-readable-stream.test.ts?far";
import "../web/to-transform-stream.test.ts?far";
import "../web/to-writable-stream.test.ts?far";

import { deviations } from "./deviations.ts";
import { known } from "./known-deviations.ts";

deviations(known);
