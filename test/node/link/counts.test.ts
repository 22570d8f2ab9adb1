/** What an item costs on the wire: counted, and not timed. */
import type { Server, Writer } from "coroutine-channels";
import { Session, type Observed } from "coroutine-channels/link";
import { byteLink } from "coroutine-channels/socket";
import { expect, test } from "vitest";

interface Count {
  frames: number;
  bytes: number;
}

async function counted(): Promise<{ near: Session; far: Session; take(): Count }> {
  let count: Count = { frames: 0, bytes: 0 };
  const observe = (event: Observed): void => {
    if (event.type !== "sent") return;
    count.frames++;
    count.bytes += 4 + (event.bytes ?? NaN);
  };
  const one = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const two = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  return {
    near: new Session(byteLink({ readable: one.readable, writable: two.writable }), { observe }),
    far: new Session(byteLink({ readable: two.readable, writable: one.writable }), { observe }),
    take() {
      const taken = count;
      count = { frames: 0, bytes: 0 };
      return taken;
    },
  };
}

test("an exact item takes two frames, and an integer at most 48 bytes", async () => {
  const { near, far, take } = await counted();
  far.serve("numbers", async (server: Server<number>) => {
    for (let i = 0; ; i++) await server.send(i);
  });
  const client = near.client<number>("numbers");
  await client.receive();
  take();
  const items = 10_000;
  for (let i = 0; i < items; i++) await client.receive();
  const { frames, bytes } = take();
  console.info(`${frames / items} frames and ${bytes / items} bytes an item`);
  expect(frames).toBe(2 * items);
  expect(bytes / items).toBeLessThanOrEqual(48);
  await near.close();
});

test("with prefetch of 1024, an item takes at most 0.01 frames", async () => {
  const { near, far, take } = await counted();
  far.serveStream("items", async (writer: Writer<number>) => {
    for (let i = 0; ; i++) await writer.send(i);
  });
  const reader = near.reader<number>("items", undefined, { prefetch: 1024 });
  await reader.next();
  take();
  const items = 50_000;
  for (let i = 0; i < items; i++) await reader.next();
  const { frames, bytes } = take();
  console.info(`${frames / items} frames and ${bytes / items} bytes an item`);
  expect(frames / items).toBeLessThanOrEqual(0.01);
  await near.close();
});
