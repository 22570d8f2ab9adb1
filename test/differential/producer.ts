/** A body as a producer: through `produce`, through `serve`, and on the bare end of `server()`. */
import { Channel, ChannelClosed, produce, type Server } from "coroutine-channels";

import type { Conversation } from "./generator.ts";
import type { Block } from "./program.ts";
import { sourceOf } from "./source.ts";
import { errorOf, ticks, type World } from "./world.ts";

type Body = (server: Server<unknown, unknown, unknown>) => Promise<unknown>;

const AsyncFunction = (async () => {}).constructor as new (
  ...parametersAndBody: string[]
) => (...parameters: unknown[]) => Promise<unknown>;

const left = (error: unknown): boolean => error instanceof ChannelClosed;

export function compile(body: Block, world: World): Body {
  const source = sourceOf(body, "producer");
  const run = new AsyncFunction("server", "left", "see", "errorOf", "ticks", "wait", source);
  return (server) => run(server, left, world.see, errorOf, ticks, world.wait);
}

export function asProducer(body: Block, world: World): Conversation {
  return produce(compile(body, world));
}

/** What became of the body, apart from what the client hears. */
export interface Ends {
  readonly body: unknown[];
  readonly serving: unknown[];
}

export function asServed(body: Block, world: World): { client: Conversation; ends: Ends } {
  const channel = new Channel<unknown, unknown, unknown>();
  const ends: Ends = { body: [], serving: [] };
  const run = compile(body, world);
  const serving = channel.serve(async (server) => {
    try {
      const result = await run(server);
      ends.body.push({ value: result });
      return result;
    } catch (error) {
      ends.body.push(left(error) ? { value: undefined } : { error });
      throw error;
    }
  });
  serving.then(
    (value) => ends.serving.push({ value }),
    (error: unknown) => ends.serving.push({ error }),
  );
  return { client: channel.client(), ends };
}

/** What `serve` does, by hand; but when the client leaves, the channel has ended. */
export function asBareServer(body: Block, world: World): Conversation {
  const channel = new Channel<unknown, unknown, unknown>();
  const run = compile(body, world);
  const serve = async (): Promise<void> => {
    const server = await channel.server();
    try {
      await server.return(await run(server));
    } catch (error) {
      if (!left(error)) await server.throw(error);
    }
  };
  // It rejects with the client's leaving before the start, and with the body's error after it.
  serve().catch(() => {});
  return channel.client();
}
