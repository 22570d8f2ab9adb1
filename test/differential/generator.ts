/** A body as a real `async function*`. */
import type { Block } from "./program.ts";
import { sourceOf } from "./source.ts";
import { errorOf, ticks, type World } from "./world.ts";

export type Conversation = AsyncGenerator<unknown, unknown, unknown>;

const AsyncGeneratorFunction = async function* () {}.constructor as new (
  ...parametersAndBody: string[]
) => (...parameters: unknown[]) => Conversation;

export function asGenerator(body: Block, world: World): Conversation {
  const source = sourceOf(body, "generator");
  const generate = new AsyncGeneratorFunction("see", "errorOf", "ticks", "wait", source);
  return generate(world.see, errorOf, ticks, world.wait);
}
