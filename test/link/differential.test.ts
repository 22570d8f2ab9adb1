/** The programs of `test/differential`, whose bodies are on the other side of a session. */
import { ChannelClosed } from "coroutine-channels";
import fc from "fast-check";
import { expect, test } from "vitest";

import { consume, type Trace } from "../differential/consumer.ts";
import { asGenerator, type Conversation } from "../differential/generator.ts";
import { compile } from "../differential/producer.ts";
import {
  type Block,
  type Program,
  racingPrograms,
  steppedPrograms,
} from "../differential/program.ts";
import { PromptReturn } from "../differential/prompt-return.ts";
import { sourceOf } from "../differential/source.ts";
import { World } from "../differential/world.ts";
import { byScope } from "../support/scope.ts";
import { farService } from "./by-reference.ts";

const runs = byScope({ part: 100, usual: 500, long: 4000 });

type Start = (body: Block, world: World) => Conversation;
type Style = Parameters<typeof consume>[3];

const asFar: Start = (body, world) => farService(compile(body, world));

function trace(start: Start, { body, consumer }: Program, style?: Style): Promise<Trace> {
  const world = new World(style?.racing !== true);
  return consume(start(body, world), consumer, world, style);
}

async function expectSame(
  programs: fc.Arbitrary<Program>,
  native: Start,
  style?: Style,
): Promise<void> {
  let calls = 0;
  const property = fc.asyncProperty(programs, async (program) => {
    const [expected, actual] = await Promise.all([
      trace(native, program, style),
      trace(asFar, program, style),
    ]);
    calls += expected.calls.length;
    expect({ source: sourceOf(program.body, "producer"), ...actual }).toMatchObject(expected);
  });
  await fc.assert(property, { numRuns: runs });
  console.info(`${runs} programs with ${calls} calls compared`);
}

test("a far producer is a generator to a consumer who returns when nothing waits", async () => {
  await expectSame(steppedPrograms(), asGenerator, { patient: true });
}, 60_000);

test("a far producer is a generator to a consumer of whatever timing", async () => {
  await expectSame(racingPrograms(), asGenerator, { racing: true });
}, 60_000);

test("a far producer is a generator with prompt return to a consumer who returns while others wait", async () => {
  await expectSame(steppedPrograms(), (body, world) => new PromptReturn(asGenerator(body, world)));
}, 60_000);

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
