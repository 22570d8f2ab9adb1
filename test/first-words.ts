/** What the client opens the channel with stays for the server's first `receive()` or `next()`, however the server got its end. */
import { Channel, type Client, type Server } from "coroutine-channels";
import { expect, test } from "vitest";

import { closed, item, outcome, outcomes, waiting } from "./support/outcome.ts";

type End = Server<string, string>;
type First = (client: Client<string, string>) => Promise<unknown>;

interface Opened {
  readonly client: Client<string, string>;
  readonly server: End;
  /** The client's first calls. */
  readonly calls: Promise<unknown>[];
}

const reason = Symbol("reason");

/** The server end of a body that runs as long as the test does. */
export function inside(
  serve: (body: (server: End) => Promise<void>) => Promise<unknown>,
): Promise<End> {
  return new Promise((resolve) => {
    void waiting(
      serve((server) => {
        resolve(server);
        return new Promise(() => {});
      }),
    );
  });
}

/** The tests. @param serverOf How the server gets its end, once the client has made its first calls. */
export function firstWords(serverOf: (channel: Channel<string, string>) => Promise<End>): void {
  const open = async (...first: First[]): Promise<Opened> => {
    const channel = new Channel<string, string>();
    const client = channel.client();
    const calls = first.map((call) => waiting(call(client)));
    return { client, calls, server: await serverOf(channel) };
  };

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

  const first: [string, (server: End) => Promise<unknown>][] = [
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
}
