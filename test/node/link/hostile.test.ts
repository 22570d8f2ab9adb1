/** Peers that mean harm, at a live socket: the process lives, its memory is bounded, no body is left alive. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

import type { Server, Writer } from "coroutine-channels";
import { Host, type HostOptions } from "coroutine-channels/link";
import { byteLink, messagePack } from "coroutine-channels/socket";
import { expect, onTestFinished, test } from "vitest";

import { FrameReader, withLengths } from "../../../src/socket/framing.ts";
import { seeded } from "../../link/driven-clock.ts";
import { byScope } from "../../support/scope.ts";

/** How many bodies run. */
let alive = 0;

async function living(body: () => Promise<unknown>): Promise<void> {
  alive++;
  try {
    await body();
  } finally {
    alive--;
  }
}

const services = {
  numbers: (server: Server<number>) =>
    living(async () => {
      for (let i = 0; ; i++) await server.send(i);
    }),
  echo: (server: Server<unknown, unknown>) =>
    living(async () => {
      let heard = await server.receive();
      for (;;) heard = await server.send(heard);
    }),
  large: (server: Server<Uint8Array>) =>
    living(async () => {
      for (;;) await server.send(new Uint8Array(500_000));
    }),
};
const streams = {
  items: (writer: Writer<number>) =>
    living(async () => {
      for (let i = 0; ; i++) await writer.send(i);
    }),
  large: (writer: Writer<Uint8Array>) =>
    living(async () => {
      for (;;) await writer.send(new Uint8Array(50_000));
    }),
};

interface Victim {
  readonly host: Host;
  attack(): Socket;
  /** Resolves when all attackers are gone, and the bodies that they opened. */
  calm(): Promise<void>;
}

async function victim(options: Partial<HostOptions<unknown, unknown>> = {}): Promise<Victim> {
  let links = 0;
  const { large, ...others } = streams;
  const host = new Host({
    ...options,
    open: (session) => session.serve(services).serveStream({ ...others, "large items": large }),
  });
  const listener = createServer((socket) => {
    links++;
    socket.on("close", () => links--);
    host.accept(byteLink(socket));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  onTestFinished(async () => {
    await host.close();
    listener.close();
  });
  return {
    host,
    attack: () => connect(port, "127.0.0.1").on("error", () => {}),
    async calm() {
      while (links > 0) await new Promise((resolve) => setImmediate(resolve));
      await host.close();
      while (alive > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const frames = (...list: unknown[][]): Uint8Array =>
  withLengths(list.map((frame) => messagePack.encode(frame)));

const hello = [0, 1, undefined, 0];
const open = (ch: number, n = ch, kind = 0, name = "numbers", ask = 1): unknown[] => [
  1,
  n,
  0,
  ch,
  kind,
  name,
  ask,
];

/** Sends, and resolves to all frames of the other side, when that has closed; or when there are as many. */
async function answers(socket: Socket, bytes: Uint8Array, count = Infinity): Promise<unknown[]> {
  const chunks: Buffer[] = [];
  const reader = new FrameReader();
  let seen = 0;
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    for (const _ of reader.read(chunk, () => 2 ** 30)) if (++seen === count) socket.end();
  });
  socket.on("end", () => socket.end());
  socket.write(bytes);
  await once(socket, "close");
  const all = Buffer.concat(chunks);
  const list: unknown[] = [];
  for (let at = 0; at + 4 <= all.length; at += 4 + all.readUInt32BE(at)) {
    list.push(messagePack.decode(all.subarray(at + 4, at + 4 + all.readUInt32BE(at))));
  }
  return list;
}

const record = { name: "Error", message: "x" };
const attacks: [string, Uint8Array][] = [
  ["no HELLO first", frames([9, 0, 1])],
  ["no frame", new Uint8Array([0, 0, 0, 1, 0xc1])],
  ["a frame beyond the limit", new Uint8Array([0x7f, 0xff, 0xff, 0xff, 1, 2, 3])],
  [
    "a flood of openings",
    frames(hello, ...Array.from({ length: 300 }, (_, i) => open(i + 1)), [99]),
  ],
  ["too much asked for", frames(hello, open(1, 1, 1, "items", 65_537))],
  [
    "too much asked for in all",
    frames(hello, open(1, 1, 1, "items", 65_000), [2, 2, 0, 1, 65_000]),
  ],
  ["nothing asked for", frames(hello, open(1, 1, 1, "items", 0))],
  ["two items of a channel", frames(hello, open(1, 1, 0, "numbers", 2))],
  [
    "two items of a channel, before another is opened",
    frames(hello, open(1, 1, 0, "numbers", 2), open(2)),
  ],
  ["a request too early", frames(hello, open(1), [2, 2, 0, 1, 1])],
  ["two leaves", frames(hello, open(1), [4, 2, 0, 1], [4, 3, 0, 1])],
  ["an acknowledgement of nothing", frames(hello, [1, 1, 7, 1, 0, "numbers", 1])],
  ["a channel of nobody", frames(hello, [2, 1, 0, 9, 1])],
  ["an answer to nothing", frames(hello, [6, 1, 0, 1, 1, [1]])],
  ["a name of another type", frames(hello, [1, 1, 0, 1, 0, { toString: 1 }, 1])],
  ["a negative number", frames(hello, [1, -1, 0, 1, 0, "numbers", 1])],
  ["a number beyond all", frames(hello, [1, 1, 0, 2 ** 60, 0, "numbers", 1])],
];

test.each(attacks)("%s ends the session", async (_name, bytes) => {
  const { attack, calm } = await victim();
  expect((await answers(attack(), bytes)).at(-1)).toEqual([10, "protocol"]);
  await calm();
});

test("a gap cuts the link", async () => {
  const { attack, calm } = await victim();
  await answers(attack(), frames(hello, open(1), [2, 4, 1, 1, 1]));
  await calm();
});

test("what is not allowed and harms nobody is answered, and the session lives", async () => {
  const { attack, calm } = await victim();
  const bytes = frames(
    hello,
    ...["__proto__", "constructor", "toString", ""].map((name, i) => open(i + 1, i + 1, 0, name)),
    open(5, 5, 1, "numbers"),
    open(6, 6, 7),
    [3, 7, 0, 6, { name: "__proto__", message: "x", cause: { name: 1 } }],
  );
  const told = (await answers(attack(), bytes, 7)) as unknown[][];
  expect(told.slice(1).map(([type, , , ch]) => [type, ch])).toEqual(
    [1, 2, 3, 4, 5, 6].map((ch) => [8, ch]),
  );
  await calm();
});

test("more channels than allowed are refused, one by one", async () => {
  const { attack, calm } = await victim({ limits: { channels: 4 } });
  const opened = Array.from({ length: 5 }, (_, i) => open(i + 1));
  // HELLO, an item of each channel, and the refusal of the fifth.
  expect(await answers(attack(), frames(hello, ...opened), 6)).toContainEqual([
    8,
    1,
    5,
    5,
    1,
    { name: "RangeError", message: expect.stringContaining("4 channels") as unknown },
  ]);
  await calm();
});

test("HELLO that comes byte by byte, and not in time", async () => {
  const { attack, calm } = await victim({ limits: { handshake: 50 } });
  const socket = attack();
  const bytes = frames(hello);
  expect(await answers(socket, bytes.subarray(0, 3))).toEqual([[10, "handshake"]]);
  await calm();
});

test("a peer that asks and never reads is cut off, and memory is bounded", async () => {
  const { attack, calm } = await victim({ heartbeat: 1000 });
  const before = process.memoryUsage().rss;
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  const sockets = [attack(), attack()];
  for (const [i, socket] of sockets.entries()) {
    socket.pause();
    socket.write(
      i === 0
        ? frames(hello, open(1, 1, 1, "large items", 60_000))
        : frames(hello, ...Array.from({ length: 100 }, (_, i) => open(i + 1, i + 1, 0, "large"))),
    );
  }
  await calm();
  clearInterval(watch);
  for (const socket of sockets) socket.destroy();
  expect(peak - before).toBeLessThan(128 * 2 ** 20);
}, 60_000);

test("mutated streams of bytes", async () => {
  const { attack, calm } = await victim();
  const random = seeded(11);
  const good = frames(
    hello,
    open(1),
    open(2, 2, 0, "echo"),
    open(3, 3, 1, "items", 20),
    [2, 4, 1, 3, 5],
    [4, 5, 2, 1, { a: [1, "x", undefined] }],
    [3, 6, 2, 2, record],
    [5, 7, 2, 3, record],
    [9, 0, 1],
  );
  const rounds = byScope({ part: 100, usual: 400, long: 60_000 });
  const batch = 50;
  for (let done = 0; done < rounds; done += batch) {
    await Promise.all(
      Array.from({ length: batch }, async () => {
        const bytes = good.slice();
        for (let changes = 1 + random() * 5; changes > 0; changes--) {
          bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
        }
        const socket = attack();
        socket.resume();
        socket.end(bytes);
        await once(socket, "close");
      }),
    );
  }
  await calm();
  expect(({} as Record<string, unknown>)["a"]).toBe(undefined);
});
