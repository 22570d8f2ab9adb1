/** Who speaks first: what the client opens the channel with stays for the server's first `receive()` or `next()`. */
import { Channel, produce } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { firstWords, inside } from "./first-words.ts";
import { done, outcome, waiting } from "./support/outcome.ts";

const reason = Symbol("reason");

describe("server()", () => {
  firstWords((channel) => channel.server());
});

describe("serve()", () => {
  firstWords((channel) => inside((body) => channel.serve(body)));
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
