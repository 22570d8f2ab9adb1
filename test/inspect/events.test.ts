/** What is recorded of channels at work. */

import { beforeAll, describe, expect, test } from "vitest";

import "../../src/inspect.ts";
import { record, type ChannelEvent, type RecordOptions } from "../../src/inspect.ts";
import { Channel, ChannelClosed, produce, StreamChannel } from "../../src/index.ts";

/** An event without its time, and with what differs from run to run left out. */
function essence(event: ChannelEvent): string {
  const value = "value" in event ? ` ${event.value}` : "";
  if (event.type === "call") return `${event.end}.${event.op}${value}`;
  if (event.type === "answer") {
    return `${event.end} ${event.how}${value}${event.by === undefined ? "" : " by a call"}`;
  }
  if (event.type === "channel") return `channel ${event.name}`;
  return event.type === "body" ? `body ${event.routine}` : event.type;
}

async function recorded(
  act: () => Promise<unknown>,
  options?: RecordOptions,
): Promise<ChannelEvent[]> {
  const recording = record(options);
  await act();
  await new Promise((resolve) => setTimeout(resolve));
  recording.stop();
  return [...recording.events];
}

async function lettersAndNumbers(): Promise<void> {
  const channel = new Channel<string, number>({ name: "letters" });
  const serving = channel.serve(async function spell(server) {
    await server.send("A");
  });
  const client = channel.client();
  await client.receive();
  await client.next(1);
  await serving;
}

test("a conversation", async () => {
  const events = await recorded(lettersAndNumbers, { values: true });
  expect(events.map(essence)).toEqual([
    "channel letters",
    "server.serve",
    "client.receive",
    "server item by a call",
    "body spell",
    `server.send "A"`,
    `client item "A" by a call`,
    "client.next 1",
    "server item 1 by a call",
    "client done",
  ]);
});

test("by is the call of the other end that answered", async () => {
  const events = await recorded(lettersAndNumbers);
  const calls = new Map(
    events.flatMap((event) => (event.type === "call" ? [[event.call, event]] : [])),
  );
  const handed = events.flatMap((event) => {
    if (event.type !== "answer" || event.by === undefined) return [];
    return [`${calls.get(event.by)!.op} -> ${calls.get(event.call)!.op}`];
  });
  expect(handed).toEqual(["receive -> serve", "send -> receive", "next -> send"]);
});

test("a one-way item is four events", async () => {
  const items = 100;
  const events = await recorded(async () => {
    const channel = new Channel<number>();
    void channel.serve(async (server) => {
      for (let i = 0; i < items; i++) await server.send(i);
    });
    for await (const _ of channel.client());
  });
  const begin = ["channel", "serve", "its answer", "body", "the last next", "its answer"].length;
  expect(events.length).toBe(4 * items + begin);
});

test("put, cancelling, closing and leaving", async () => {
  const events = await recorded(async () => {
    const channel = new Channel<string>({ name: "c" });
    const controller = new AbortController();
    const cancelled = channel.client().receive({ signal: controller.signal });
    controller.abort();
    await cancelled.catch(() => {});
    const first = channel.client().next();
    const server = await channel.server();
    await server.put("x");
    await first;
    const waiting = channel.client().receive();
    await server.return();
    await waiting.catch(ChannelClosed.ignore);
    await channel.client().return();
  });
  expect(events.map(essence)).toEqual([
    "channel c",
    "client.receive",
    "client aborted",
    "client.next",
    "server.server",
    "server item by a call",
    "server.put",
    "client item by a call",
    "server item by a call",
    "client.receive",
    "server.return",
    "client closed by a call",
    "server done",
    "client.return",
    "client done",
  ]);
});

test("the channel's own signal", async () => {
  const controller = new AbortController();
  const events = await recorded(async () => {
    const channel = new Channel<string>({ name: "c", signal: controller.signal });
    const waiting = channel.client().receive();
    controller.abort();
    await waiting.catch(() => {});
  });
  expect(events.map(essence)).toEqual(["channel c", "client.receive", "abort", "client aborted"]);
});

test("an error is told as one", async () => {
  const events = await recorded(async () => {
    const client = produce(
      async (): Promise<void> => {
        throw new Error("secret");
      },
      { name: "p" },
    );
    await client.next().catch(() => {});
  });
  expect(events.map(essence).at(-1)).toBe("client error");
});

test("streams tell how many items, and not which", async () => {
  const events = await recorded(
    async () => {
      const rows = new StreamChannel<string>({ name: "rows" });
      void rows.serve(async function write(writer) {
        await writer.write(["secret", "secret"]);
        await writer.send("secret");
      });
      const reader = rows.client();
      await reader.read(2);
      await reader.next();
      await reader.next();
    },
    { values: true },
  );
  expect(events.map(essence)).toEqual([
    "channel rows",
    "server.serve",
    "client.read",
    "server item by a call",
    "body write",
    "server.write 2 items",
    "client item 2 items by a call",
    "client.next",
    "server item by a call",
    "server.send 1 item",
    "client item 1 item by a call",
    "client.next",
    "server item by a call",
    "client done",
  ]);
});

test("events are frozen, and survive JSON", async () => {
  const events = await recorded(lettersAndNumbers, { values: true });
  expect(events.every((event) => Object.isFrozen(event))).toBe(true);
  expect(JSON.parse(JSON.stringify(events))).toEqual(events);
});

test("events come in the order in which things happen", async () => {
  const times = (await recorded(lettersAndNumbers)).map(({ t }) => t);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

describe("record", () => {
  test("keeps the last ones, and counts what it drops", async () => {
    const [all, few] = [record(), record({ limit: 7 })];
    await lettersAndNumbers();
    all.stop();
    few.stop();
    expect(few.events).toEqual(all.events.slice(-7));
    expect(few.dropped).toBe(all.events.length - 7);
    expect(all.dropped).toBe(0);
  });

  test("keeps nothing once it is stopped, or disposed of", async () => {
    const stopped = record();
    stopped.stop();
    const disposed = record();
    disposed[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    await lettersAndNumbers();
    expect([stopped.events, disposed.events]).toEqual([[], []]);
  });

  test("gives a copy", async () => {
    const recording = record();
    const before = recording.events;
    await lettersAndNumbers();
    recording.stop();
    expect(before).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])("refuses the limit %s", (limit) => {
    expect(() => record({ limit })).toThrow(RangeError);
  });

  test("that begins late knows the names", async () => {
    const channel = new Channel<string>({ name: "early" });
    void channel.serve(async (server) => void (await server.send("A")));
    await channel.client().next();
    const late = record();
    await channel.client().next();
    late.stop();
    expect(late.events[0]).toMatchObject({ type: "channel", name: "early" });
  });
});

describe("values", () => {
  let traps = 0;
  const touched = (): never => {
    traps++;
    throw new Error("touched");
  };
  const hostile: unknown[] = [
    {
      get secret() {
        return touched();
      },
      toString: touched,
      toJSON: touched,
      [Symbol.toPrimitive]: touched,
    },
    new Proxy({}, { get: touched, getPrototypeOf: touched, ownKeys: touched, has: touched }),
    new Proxy(() => {}, { get: touched, apply: touched }),
  ];

  async function exchange(values: RecordOptions["values"], ...items: unknown[]): Promise<string> {
    return JSON.stringify(
      await recorded(
        async () => {
          const channel = new Channel<unknown>();
          void channel.serve(async (server) => {
            for (const item of items) await server.send(item);
            throw new Error("secret");
          });
          for (const _ of [...items, "error"])
            await channel
              .client()
              .next()
              .catch(() => {});
        },
        { values },
      ),
    );
  }

  beforeAll(() => {
    traps = 0;
  });

  test("are not shown", async () => {
    for (const values of [undefined, false]) {
      expect(await exchange(values, "secret", { secret: "secret" })).not.toContain("secret");
    }
  });

  test("are shown on request: strings and numbers, and of an object only that it is one", async () => {
    const text = await exchange(
      true,
      "x".repeat(50),
      7,
      { secret: "secret" },
      null,
      3n,
      Symbol("s"),
      true,
    );
    const shown = [...text.matchAll(/"how":"item","by":\d+,"value":("(?:[^"\\]|\\.)*")/g)].map(
      ([, json]) => JSON.parse(json!) as string,
    );
    expect(shown).toEqual([
      `"${"x".repeat(40)}\u2026"`,
      "7",
      "object",
      "null",
      "3",
      "Symbol(s)",
      "true",
    ]);
    expect(text).not.toContain("secret");
  });

  test("are not touched", async () => {
    expect(await exchange(true, ...hostile)).toContain(`"value":"object"`);
    expect(traps).toBe(0);
  });

  test("are redacted by a function, whose failure disturbs nobody", async () => {
    expect(await exchange((value) => typeof value, "secret")).toContain(`"value":"string"`);
    const failing = await exchange(() => touched(), "secret");
    expect(failing).not.toContain("secret");
    expect(failing).toContain(`"how":"item"`);
  });
});
