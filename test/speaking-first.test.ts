/** Who speaks first: what the client opens the channel with stays for the server's first `receive()` or `next()`. */
import { Channel, produce, serveAll } from "coroutine-channels";
import type { Client, Server } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { closed, done, item, outcome, outcomes, waiting } from "./support/outcome.ts";

type Ends = { readonly client: Client<string, string>; readonly server: Server<string, string> };
type First = (client: Client<string, string>) => Promise<unknown>;

const reason = Symbol("reason");

/** A client that has made its first calls, and the server end, got in one way or another. */
const ways: [string, (...first: First[]) => Promise<Ends & { calls: Promise<unknown>[] }>][] = [
  ["server()", (...first) => opened(first, (channel) => channel.server())],
  ["serve()", (...first) => opened(first, inside)],
  [
    "serveAll()",
    (...first) => {
      const other = new Channel<string, string>();
      return opened(first, (channel) =>
        inside({ serve: (body) => serveAll([channel, other], ([server]) => body(server)) }),
      );
    },
  ],
];

async function opened(
  first: readonly First[],
  open: (channel: Channel<string, string>) => Promise<Server<string, string>>,
): Promise<Ends & { calls: Promise<unknown>[] }> {
  const channel = new Channel<string, string>();
  const client = channel.client();
  const calls = first.map((call) => waiting(call(client)));
  return { client, calls, server: await open(channel) };
}

/** The server end of a body that runs as long as the test does. */
function inside(channel: {
  serve(body: (server: Server<string, string>) => Promise<void>): Promise<unknown>;
}): Promise<Server<string, string>> {
  return new Promise((resolve) => {
    void waiting(
      channel.serve((server) => {
        resolve(server);
        return new Promise(() => {});
      }),
    );
  });
}

describe.each(ways)("%s", (_, open) => {
  const bringing: [string, First][] = [
    ["send", (client) => client.send("Ann")],
    ["put", (client) => client.put("Ann")],
    ["next", (client) => client.next("Ann")],
  ];

  test.each(bringing)(
    "the server's first receive() gives what the client's first %s brings",
    async (how, first) => {
      const { server, calls } = await open(first);
      expect(await outcome(calls[0]!)).toBe("waits");
      expect(await outcome(server.receive())).toEqual({ gives: "Ann" });
      const taken = how === "put" ? { gives: undefined } : "waits";
      expect(await outcome(calls[0]!)).toEqual(taken);
    },
  );

  test.each(bringing)(
    "the server's first next() gives what the client's first %s brings",
    async (_how, first) => {
      const { server } = await open(first);
      expect(await outcome(server.next())).toEqual(item("Ann"));
    },
  );

  test.each(bringing)(
    "a server that sends first passes by what the client's first %s brings",
    async (how, first) => {
      const { client, server, calls } = await open(first);
      const sending = waiting(server.send("Hello"));
      const answers = { send: { gives: "Hello" }, next: item("Hello") };
      const passed = {
        rejects: expect.objectContaining({ message: expect.stringContaining("passed") }) as unknown,
      };
      expect(await outcome(calls[0]!)).toEqual(
        how === "put" ? passed : answers[how as "send" | "next"],
      );
      if (how === "put") expect(await outcome(client.receive())).toEqual({ gives: "Hello" });
      expect(await outcome(sending)).toBe("waits");
      void waiting(client.next("Bob"));
      expect(await outcome(sending)).toEqual({ gives: "Bob" });
    },
  );

  const first: [string, (server: Ends["server"]) => Promise<unknown>][] = [
    ["put", (server) => server.put("Hello")],
    ["next(v)", (server) => server.next("Hello")],
  ];

  test.each(first)("and so does a server whose first call is %s", async (_how, speak) => {
    const { server, calls } = await open((client) => client.send("Ann"));
    void waiting(speak(server));
    expect(await outcome(calls[0]!)).toEqual({ gives: "Hello" });
  });

  const nothing: [string, First][] = [
    ["receive()", (client) => client.receive()],
    ["next()", (client) => client.next()],
    ["send(undefined)", (client) => client.send(undefined as unknown as string)],
    ["put(undefined)", (client) => client.put(undefined as unknown as string)],
  ];

  test.each(nothing)(
    "where the client's first is %s, receive() is what `yield` is",
    async (how, ask) => {
      const { client, server, calls } = await open(ask);
      const receiving = waiting(server.receive());
      const got = how.startsWith("put") ? client.receive() : calls[0]!;
      expect(await outcome(got)).toEqual(how === "next()" ? item(undefined) : { gives: undefined });
      expect(await outcome(receiving)).toBe("waits");
      void waiting(client.next("Ann"));
      expect(await outcome(receiving)).toEqual({ gives: "Ann" });
    },
  );

  test("the calls behind the first answer as ever", async () => {
    const { server, calls } = await open(
      (client) => client.send("Ann"),
      (client) => client.send("Bob"),
    );
    expect(await server.receive()).toBe("Ann");
    expect(await server.send("Hello, Ann")).toBe("Bob");
    void waiting(server.send("Hello, Bob"));
    expect(await outcomes(...calls)).toEqual([{ gives: "Hello, Ann" }, { gives: "Hello, Bob" }]);
  });

  test("a first value that nobody has taken at the end was not delivered", async () => {
    const { server, calls } = await open((client) => client.send("Ann"));
    await server.return();
    expect(await outcome(calls[0]!)).toEqual(closed(undefined, true));
  });

  test("a first value is withdrawn, and then the next is the first", async () => {
    const controller = new AbortController();
    const { client, server, calls } = await open((end) =>
      end.send("Ann", { signal: controller.signal }),
    );
    controller.abort(reason);
    expect(await outcome(calls[0]!)).toEqual({ rejects: reason });
    const receiving = waiting(server.receive());
    expect(await outcome(receiving)).toBe("waits");
    void waiting(client.send("Bob"));
    expect(await outcome(receiving)).toEqual({ gives: "Bob" });
  });
});

test("request and response", async () => {
  const greeter = produce<string, string>(async (server) => {
    let name = await server.receive();
    for (;;) name = await server.send(`Hello, ${name}`);
  });
  expect([await greeter.send("Ann"), await greeter.send("Bob")]).toEqual([
    "Hello, Ann",
    "Hello, Bob",
  ]);
  expect(await outcome(greeter.return())).toEqual(done());
});

test("a consumer that never speaks gets `undefined` from a body that listens first", async () => {
  const asking = produce<string | undefined, string | undefined>(async (server) => {
    await server.receive();
    await server.send("late");
  });
  const items: (string | undefined)[] = [];
  for await (const one of asking) items.push(one);
  expect(items).toEqual([undefined, "late"]);
});

test("what a client brings is there for the routine that serves next, too", async () => {
  const channel = new Channel<string, string>();
  const controller = new AbortController();
  const givenUp = waiting(channel.server({ signal: controller.signal }));
  controller.abort(reason);
  expect(await outcome(givenUp)).toEqual({ rejects: reason });
  void waiting(channel.client().send("Ann"));
  const server = await channel.server();
  expect(await server.receive()).toBe("Ann");
});
