/** Random programs that end well leave nothing to report. */

import fc from "fast-check";
import { expect, test } from "vitest";

import "../../src/inspect.ts";
import { lastReport } from "../../src/inspect/now.ts";
import { consume } from "../differential/consumer.ts";
import { asProducer } from "../differential/producer.ts";
import { steppedPrograms } from "../differential/program.ts";
import { thorough } from "../support/scope.ts";
import { World } from "../differential/world.ts";

const programs = thorough ? 500 : 50;

test("a program that ends well is reported nowhere", async () => {
  let ran = 0;
  const property = fc.asyncProperty(steppedPrograms(), async ({ body, consumer }) => {
    const world = new World(true);
    const conversation = asProducer(body, world);
    await consume(conversation, consumer, world);
    const left = conversation.return(undefined).catch(() => {});
    await world.finish();
    await left;
    ran++;
    expect(lastReport()).toBe(undefined);
  });
  await fc.assert(property, { numRuns: programs });
  expect(ran).toBe(programs);
});
