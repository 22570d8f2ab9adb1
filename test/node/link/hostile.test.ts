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
    attack() {
      links++;
      return connect(port, "127.0.0.1").on("error", () => {});
    },
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

/** A frame that ends with a value which no encoder here would have made. */
function withRaw(frame: unknown[], value: number[]): Uint8Array {
  const placeholder = 0;
  const bytes = messagePack.encode([...frame, placeholder]);
  return withLengths([Uint8Array.from([...bytes.subarray(0, -1), ...value])]);
}

const together = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** A value in so many arrays. */
const nested = (levels: number): number[] => [...Array.from({ length: levels }, () => 0x91), 7];

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
  ["a PING that acknowledges nothing", frames(hello, [9, 99])],
  [
    "a value that is nested 65 deep",
    together(frames(hello), withRaw(open(1, 1, 0, "echo"), nested(65))),
  ],
  [
    "a key that is __proto__",
    together(
      frames(hello),
      withRaw(open(1, 1, 0, "echo"), [0x81, 0xa9, ...Buffer.from("__proto__"), 1]),
    ),
  ],
  [
    "a bigint of more than 4,096 digits",
    together(
      frames(hello),
      withRaw(open(1, 1, 0, "echo"), [0xc8, 6, 0xa7, 1, 0, ...Buffer.alloc(1702, 0xff)]),
    ),
  ],
];

test.each(attacks)("%s ends the session", async (_name, bytes) => {
  const { attack, calm } = await victim();
  expect((await answers(attack(), bytes)).at(-1)).toEqual([10, "protocol"]);
  await calm();
});

test("a HELLO that claims to have heard something", async () => {
  const { attack, calm } = await victim();
  expect(await answers(attack(), frames([0, 1, "secret", 5]))).toEqual([[10, "unknown"]]);
  await calm();
});

test("a value that is nested 64 deep is taken", async () => {
  const { attack, calm } = await victim();
  const bytes = together(frames(hello), withRaw(open(1, 1, 0, "echo"), nested(64)));
  const [, answer] = (await answers(attack(), bytes, 2)) as unknown[][];
  expect(JSON.stringify(answer)).toBe(`[6,1,1,1,1,[${"[".repeat(64)}7${"]".repeat(64)}]]`);
  await calm();
});

test("a frame of 1 MiB is taken, and a byte more ends the session", async () => {
  const { attack, calm } = await victim();
  const frame = (length: number): Uint8Array => {
    const around = messagePack.encode([...open(1, 1, 0, "echo"), new Uint8Array(2 ** 16)]).length;
    const payload = new Uint8Array(length - (around - 2 ** 16));
    return frames(hello, [...open(1, 1, 0, "echo"), payload]);
  };
  for (const length of [2 ** 20 - 1, 2 ** 20]) {
    const bytes = frame(length);
    expect(bytes.length).toBe(frames(hello).length + 4 + length);
    const [, answer] = (await answers(attack(), bytes, 2)) as unknown[][];
    expect(answer!.slice(0, 5)).toEqual([6, 1, 1, 1, 1]);
  }
  expect((await answers(attack(), frame(2 ** 20 + 1))).at(-1)).toEqual([10, "protocol"]);
  await calm();
});

test("a frame that comes again is skipped", async () => {
  const { attack, calm } = await victim();
  const told = (await answers(
    attack(),
    frames(hello, open(1), open(1), [9, 0, 1]),
    3,
  )) as unknown[][];
  expect(new Set(told.map(([type]) => type))).toEqual(new Set([0, 6, 9]));
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
  const { attack, calm } = await victim({ limits: { handshake: 100 } });
  const slow = async (): Promise<void> => {
    const socket = attack();
    const told = answers(socket, new Uint8Array());
    let listens = true;
    socket.on("end", () => (listens = false));
    // Always something more, and never the end.
    const bytes = frames([0, 1, "x".repeat(60_000), 0]);
    for (let at = 0; at < bytes.length - 1 && listens; at++) {
      socket.write(bytes.subarray(at, at + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await told).toEqual([[10, "handshake"]]);
  };
  await Promise.all(Array.from({ length: 20 }, slow));
  await calm();
});

const many = (count: number, name: string): unknown[][] =>
  Array.from({ length: count }, (_, i) => open(i + 1, i + 1, 0, name));
/** What pauses goes on until the heartbeat; what cannot pause ends there. */
const greed: [string, string, unknown[][]][] = [
  ["items of a stream", "was closed", [open(1, 1, 1, "large items", 60_000)]],
  ["items of many channels", "has not read", many(100, "large")],
  ["channels that nobody serves", "has not read", many(100_000, "x".repeat(64))],
];

test.each(greed)(
  "a peer that asks for %s and never reads is cut off, and memory is bounded",
  async (_what, why, asks) => {
    let over!: (why: unknown) => void;
    const cut = new Promise<unknown>((resolve) => (over = resolve));
    const { attack, calm } = await victim({
      heartbeat: 1000,
      observe: (event) => {
        if (event.type === "over") over(event.cause);
      },
    });
    const bytes = withLengths([hello, ...asks].map((frame) => messagePack.encode(frame)));
    const before = process.memoryUsage().rss;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const socket = attack();
    socket.pause();
    socket.write(bytes);
    expect(String(await cut)).toContain(why);
    clearInterval(watch);
    expect(peak - before).toBeLessThan(128 * 2 ** 20);
    socket.destroy();
    await calm();
  },
);

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
