/** Not in test/web: WebKit's pipeTo does not get over a signal that aborts while it runs, with any stream. */

import { Channel, ChannelClosed } from "coroutine-channels";
import { toReadableStream, toWritableStream } from "coroutine-channels/web";
import { expect, test } from "vitest";

const caught = (error: unknown): unknown => error;

test("a signal that aborts pipeTo tells the server before and the client behind it", async () => {
  const [before, behind] = [new Channel<number>(), new Channel<number>()];
  const received = behind.client().receive().catch(caught);
  const stream = toWritableStream(await behind.server());
  const controller = new AbortController();
  const piped = toReadableStream(before.client())
    .pipeTo(stream, { signal: controller.signal })
    .catch(caught);
  const server = await before.server();
  const reason = new Error("stop");
  controller.abort(reason);
  expect(await piped).toBe(reason);
  expect(await received).toBe(reason);
  const closed = await server.send(1).catch(caught);
  expect(closed).toBeInstanceOf(ChannelClosed);
  expect((closed as ChannelClosed).value).toBe(reason);
});
