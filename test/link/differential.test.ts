/** Bodies on the other side of a session end once, as their programs do: what their clients see is compared in `suites.test.ts`. */
import { ChannelClosed } from "coroutine-channels";
import fc from "fast-check";
import { expect, test } from "vitest";

import { consume } from "../differential/consumer.ts";
import { compile } from "../differential/producer.ts";
import { steppedPrograms } from "../differential/program.ts";
import { World } from "../differential/world.ts";
import { byScope } from "../support/scope.ts";
import { farService } from "./by-reference.ts";

const runs = byScope({ part: 100, usual: 500, long: 4000 });

test("a far body ends as its program does", async () => {
  const property = fc.asyncProperty(steppedPrograms(), async ({ body, consumer }) => {
    const world = new World(true);
    const run = compile(body, world);
    const ends: unknown[] = [];
    const client = farService<unknown, unknown, unknown>(async (server) => {
      try {
        const result = await run(server);
        ends.push({ value: result });
        return result;
      } catch (error) {
        ends.push(error instanceof ChannelClosed ? { left: error.cause } : { error });
        throw error;
      }
    });
    const { body: seen } = await consume(client, consumer, world);
    expect(ends.length).toBe(seen.length > 0 ? 1 : Math.min(ends.length, 1));
    expect(ends).not.toContainEqual({ left: expect.any(Error) as unknown });
  });
  await fc.assert(property, { numRuns: runs });
}, 60_000);
