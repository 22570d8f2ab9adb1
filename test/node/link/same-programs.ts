/** The programs of `test/differential` with their bodies on the other side of a real transport. */
import fc from "fast-check";
import { expect } from "vitest";

import { consume } from "../../differential/consumer.ts";
import { asGenerator } from "../../differential/generator.ts";
import { compile } from "../../differential/producer.ts";
import { steppedPrograms } from "../../differential/program.ts";
import { sourceOf } from "../../differential/source.ts";
import { errorOf, World } from "../../differential/world.ts";
import type { Pair } from "./transports.ts";
import type { SessionOptions } from "coroutine-channels/link";

/** The errors of programs have numbers, and are the same objects again on the other side. */
export const numbered: SessionOptions = {
  errors: {
    encode: (error) => (error as Error).message,
    decode: (message) => {
      const number = /^e(\d)$/.exec(String(message))?.[1];
      return number === undefined ? new Error(String(message)) : errorOf(Number(number));
    },
  },
};

/** A world that is at rest when nothing is under way any more. */
class FarWorld extends World {
  readonly #pair: Pair;

  constructor(pair: Pair) {
    super(true);
    this.#pair = pair;
  }

  override async rest(): Promise<void> {
    await this.#pair.rest();
    await super.rest();
  }
}

let services = 0;

/** Compares as many programs. @returns How many calls there were. */
export async function samePrograms(pair: Pair, numRuns: number): Promise<number> {
  let calls = 0;
  await pair.rest();
  await fc.assert(
    fc.asyncProperty(steppedPrograms(), async ({ body, consumer }) => {
      const world = new World(true);
      const style = { patient: true };
      const expected = await consume(asGenerator(body, world), consumer, world, style);
      const farWorld = new FarWorld(pair);
      const name = `program ${++services}`;
      pair.far.serve<unknown, unknown, unknown>(name, compile(body, farWorld));
      const client = pair.near.client<unknown, unknown, unknown>(name);
      const actual = await consume(client, consumer, farWorld, style);
      calls += expected.calls.length;
      expect({ source: sourceOf(body, "producer"), ...actual }).toMatchObject(expected);
    }),
    { numRuns },
  );
  return calls;
}
