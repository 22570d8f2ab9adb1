/** The programs of `test/differential` with their bodies on the other side of a real transport. */
import fc from "fast-check";
import { expect } from "vitest";

import { consume, type Trace } from "../../differential/consumer.ts";
import { asGenerator, type Conversation } from "../../differential/generator.ts";
import { compile } from "../../differential/producer.ts";
import { type Block, racingPrograms, steppedPrograms } from "../../differential/program.ts";
import { PromptReturn } from "../../differential/prompt-return.ts";
import { sourceOf } from "../../differential/source.ts";
import { World } from "../../differential/world.ts";
import type { Pair } from "./transports.ts";

/** Starts a body on the other side. */
export type StartFar = (
  body: Block,
  stamped: boolean,
) => Promise<{ readonly client: Conversation; readonly world: World }>;

/** A world that is at rest when nothing is under way any more. */
class FarWorld extends World {
  readonly #pair: Pair;

  constructor(pair: Pair, stamped: boolean) {
    super(stamped);
    this.#pair = pair;
  }

  override async rest(): Promise<void> {
    await this.#pair.rest();
    await super.rest();
  }
}

let services = 0;

/** Both sides are in this process. */
export const overPair =
  (pair: Pair): StartFar =>
  async (body, stamped) => {
    await pair.rest();
    const world = new FarWorld(pair, stamped);
    const name = `program ${++services}`;
    pair.far.serve<unknown, unknown, unknown>(name, compile(body, world));
    return { client: pair.near.client<unknown, unknown, unknown>(name), world };
  };

/** Each kind of consumer, and the generator that a far body is to it. */
const kinds = [
  { programs: steppedPrograms(), style: { patient: true }, native: asGenerator },
  { programs: racingPrograms(), style: { racing: true }, native: asGenerator },
  {
    programs: steppedPrograms(),
    style: {},
    native: (body: Block, world: World) => new PromptReturn(asGenerator(body, world)),
  },
];

/** The errors of programs have numbers; what arrives is another error with that message. */
const byRecord = ({ calls, body }: Trace): Trace => {
  const numbered = (line: string): string => line.replaceAll(/\bError: (e\d)\b/g, "$1");
  return { calls: calls.map(numbered), body: body.map(numbered) };
};

/** Compares as many programs with each kind of consumer. @returns How many calls there were. */
export async function samePrograms(start: StartFar, numRuns: number): Promise<number> {
  let calls = 0;
  for (const { programs, style, native } of kinds) {
    const stamped = !("racing" in style);
    const same = fc.asyncProperty(programs, async ({ body, consumer }) => {
      const world = new World(stamped);
      const expected = await consume(native(body, world), consumer, world, style);
      const far = await start(body, stamped);
      const actual = byRecord(await consume(far.client, consumer, far.world, style));
      calls += expected.calls.length;
      expect({ source: sourceOf(body, "producer"), ...actual }).toMatchObject(expected);
    });
    await fc.assert(same, { numRuns });
  }
  return calls;
}
