/**
 * The same program as a native async generator and as a channel: what the consumer's calls give, and what the body's
 * `try`, `catch` and `finally` see, is the same, step by step. Where the two differ by design, the difference is
 * spelled out in `prompt-return.ts` (leaving while requests wait), in `source.ts` (what a catch-all sees), and in
 * `program.ts` (a body that swallows the leaving is not generated).
 */
import fc from "fast-check";
import { expect, test } from "vitest";

import { consume, type Trace } from "./consumer.ts";
import { asGenerator, type Conversation } from "./generator.ts";
import { asBareServer, asProducer, asServed, type Ends } from "./producer.ts";
import { type Block, type Program, racingPrograms, type Step, steppedPrograms } from "./program.ts";
import { BareReturn, PromptReturn } from "./prompt-return.ts";
import { sourceOf } from "./source.ts";
import { World } from "./world.ts";
import { byScope } from "../support/scope.ts";

const runs = byScope({ part: 500, usual: 3000, long: 20_000 });

type Start = (body: Block, world: World) => Conversation;
type Style = Parameters<typeof consume>[3];

async function trace(start: Start, { body, consumer }: Program, style?: Style): Promise<Trace> {
  const world = new World(style?.racing !== true);
  return consume(start(body, world), consumer, world, style);
}

async function expectSame(
  programs: fc.Arbitrary<Program>,
  native: Start,
  channel: Start,
  style?: Style,
): Promise<void> {
  let calls = 0;
  const property = fc.asyncProperty(programs, async (program) => {
    const [expected, actual] = await Promise.all([
      trace(native, program, style),
      trace(channel, program, style),
    ]);
    calls += expected.calls.length;
    expect({ source: sourceOf(program.body, "producer"), ...actual }).toMatchObject(expected);
  });
  await fc.assert(property, { numRuns: runs });
  console.info(`${runs} programs with ${calls} calls compared`);
}

test("a producer is a generator to a consumer who returns when nothing waits", async () => {
  await expectSame(steppedPrograms(), asGenerator, asProducer, { patient: true });
}, 60_000);

test("a producer is a generator to a consumer of whatever timing", async () => {
  await expectSame(racingPrograms(), asGenerator, asProducer, { racing: true });
}, 60_000);

test("a producer is a generator with prompt return to a consumer who returns while others wait", async () => {
  const native: Start = (body, world) => new PromptReturn(asGenerator(body, world));
  await expectSame(steppedPrograms(), native, asProducer);
}, 60_000);

test("a body on the bare server end is a generator whose return waits for nobody", async () => {
  const native: Start = (body, world) => new BareReturn(asGenerator(body, world));
  await expectSame(steppedPrograms(), native, asBareServer);
}, 60_000);

async function ends(program: Program): Promise<Ends> {
  const world = new World(true);
  const { client, ends } = asServed(program.body, world);
  await consume(client, program.consumer, world);
  return ends;
}

test("serve gives what its body gave", async () => {
  const property = fc.asyncProperty(steppedPrograms(), async (program) => {
    const { body, serving } = await ends(program);
    if (body.length > 0) expect({ body, serving }).toEqual({ body: serving, serving: body });
    expect(body.length).toBeLessThan(2);
  });
  await fc.assert(property, { numRuns: runs });
}, 60_000);

test("serve gives nothing if its client leaves before it starts", async () => {
  const leaving = fc.constantFrom<Step>(
    { is: "return", value: 1, pause: 0 },
    { is: "throw", error: 1, pause: 0 },
  );
  const property = fc.asyncProperty(leaving, steppedPrograms(), async (first, program) => {
    const consumer = [first, ...program.consumer];
    expect(await ends({ ...program, consumer })).toEqual({
      body: [],
      serving: [{ value: undefined }],
    });
  });
  await fc.assert(property, { numRuns: runs / 10 });
}, 60_000);
