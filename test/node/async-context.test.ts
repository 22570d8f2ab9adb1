/** In which async context a body and its consumer run: each keeps its own. */

import { AsyncLocalStorage } from "node:async_hooks";

import { Channel, produce, serveAll, type Server, StreamChannel } from "coroutine-channels";
import { describe, expect, test } from "vitest";

const context = new AsyncLocalStorage<string>();
const here = () => context.getStore() ?? "nothing";

async function tellWhere(server: Server<string>): Promise<void> {
  await server.send(here());
  await server.send(here());
}

/** What the items say, and where the loop's own body runs, under the context "consumer". */
function consume(items: AsyncIterable<string>): Promise<string[]> {
  return context.run("consumer", async () => {
    const seen: string[] = [];
    for await (const item of items) seen.push(`${item} to ${here()}`);
    return seen;
  });
}

const expected = ["maker to consumer", "maker to consumer"];

describe("a body runs in the context of the call that made it:", () => {
  test("produce", async () => {
    expect(await consume(context.run("maker", () => produce(tellWhere)))).toEqual(expected);
  });

  test("serve", async () => {
    const channel = new Channel<string>();
    const serving = context.run("maker", () => channel.serve(tellWhere));
    expect(await consume(channel.client())).toEqual(expected);
    await serving;
  });

  test("server", async () => {
    const channel = new Channel<string>();
    const serving = context.run("maker", async () => {
      await using server = await channel.server();
      await tellWhere(server);
    });
    expect(await consume(channel.client())).toEqual(expected);
    await serving;
  });

  test("serveAll", async () => {
    const channels = { one: new Channel<string>() };
    const serving = context.run("maker", () => serveAll(channels, ({ one }) => tellWhere(one)));
    expect(await consume(channels.one.client())).toEqual(expected);
    await serving;
  });

  test("serve of a stream", async () => {
    const channel = new StreamChannel<string>();
    const serving = context.run("maker", () =>
      channel.serve(async (writer) => {
        await writer.send(here());
        await writer.send(here());
      }),
    );
    expect(await consume(channel.client())).toEqual(expected);
    await serving;
  });

  test("where a generator's body runs in that of whoever asks", async () => {
    async function* generated() {
      yield here();
      yield here();
    }
    const items = context.run("maker", generated);
    expect(await consume(items)).toEqual(["consumer to consumer", "consumer to consumer"]);
  });
});
