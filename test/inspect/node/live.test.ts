/** The live page: who may see it, what it is told, and that it keeps nobody alive. */

import { request } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { afterEach, expect, onTestFinished, test } from "vitest";

import { type Live, live } from "../../../src/inspect.ts";
import { Channel } from "../../../src/index.ts";
import { finished, start } from "../../node/program.ts";

interface Request {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Asks as any program on this machine could. */
async function ask(
  url: string,
  { method = "GET", headers = {}, path = "" }: Request = {},
): Promise<Answer> {
  const asked = request(new URL(path, url), { method, headers });
  asked.end();
  const [response] = await once(asked, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** Reads server-sent events until `enough`. */
async function listen(url: string, enough: (batch: Batch) => boolean): Promise<Batch[]> {
  const response = await fetch(`${url}events`);
  const batches: Batch[] = [];
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const messages = (rest + chunk).split("\n\n");
    rest = messages.pop()!;
    for (const message of messages) {
      const batch = JSON.parse(/^data: (.*)$/m.exec(message)![1]!) as Batch;
      batches.push(batch);
      if (enough(batch)) return batches;
    }
  }
  throw new Error("It has ended before there was enough");
}

interface Batch {
  readonly events: { readonly type: string }[];
  readonly dropped: number;
  readonly waiting: number;
  readonly waits: { readonly title: string; readonly why: string[] }[];
}

let page: Live | undefined;
afterEach(() => page?.close());

test("the page is served to whoever knows its address, on this machine", async () => {
  page = await live();
  expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{12}\/$/);
  const { status, headers, body } = await ask(page.url);
  expect(status).toBe(200);
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none';/);
  expect(body).toMatch(/^<!doctype html>/);
});

test("two pages have different addresses", async () => {
  const [one, other] = await Promise.all([live(), live()]);
  onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
  expect(new URL(one.url).pathname).not.toBe(new URL(other.url).pathname);
});

test("everybody else gets 403", async () => {
  page = await live();
  const { pathname, port } = new URL(page.url);
  const wrong = [
    { path: "/" },
    { path: "/events" },
    { path: pathname.slice(0, -1) },
    { path: `${pathname}other` },
    { path: `${pathname}?x` },
    { path: `${pathname.toUpperCase().toLowerCase()}x/` },
    { method: "POST" },
    { method: "HEAD" },
    { method: "OPTIONS" },
    { headers: { host: "ann.example" } },
    { headers: { host: `localhost:${port}` } },
    { headers: { host: `127.0.0.1.ann.example:${port}` } },
    { path: `${pathname}events`, headers: { host: "ann.example" } },
  ];
  const answers = await Promise.all(wrong.map((each) => ask(page!.url, each)));
  expect(answers.map(({ status }) => status)).toEqual(wrong.map(() => 403));
  expect(answers.map(({ body }) => body).join("")).toBe("");
});

test("it tells what happens, and who waits now", async () => {
  page = await live();
  const channel = new Channel<string>({ name: "letters" });
  const waiting = channel.client().next();
  const batches = await listen(page.url, ({ waits }) => waits.length > 0);
  expect(batches.flatMap(({ events }) => events.map(({ type }) => type))).toContain("call");
  expect(batches.at(-1)!.waits.map(({ title, why }) => [title, why])).toContainEqual([
    "letters.client.next",
    ["for a server. Nobody serves this channel."],
  ]);
  expect(batches.at(-1)!.dropped).toBe(0);
  await channel.client().return();
  await waiting;
});

test("more than there is room for is dropped, and counted; who waits is told none the less", async () => {
  page = await live();
  const waiting = new Channel<string>({ name: "waiting" });
  const asked = waiting.client().next();
  const busy = new Channel<number>({ name: "busy" });
  void busy.serve(async (server) => {
    for (let i = 0; i < 3000; i++) await server.send(i);
  });
  let items = 0;
  for await (const _ of busy.client()) items++;
  expect(items).toBe(3000);
  const [batch] = await listen(page.url, () => true);
  expect(batch!.events.length).toBe(10_000);
  expect(batch!.dropped).toBeGreaterThan(2000);
  expect(batch!.waits.map(({ title }) => title)).toContain("waiting.client.next");
  await waiting.client().return();
  await asked;
});

test("of many calls that wait, the oldest are told, and how many there are", async () => {
  page = await live();
  const channel = new Channel<string>({ name: "crowd", limit: 1100 });
  const calls = Array.from({ length: 1100 }, () => channel.client().next());
  const [batch] = await listen(page.url, () => true);
  expect(batch!.waits).toHaveLength(1000);
  expect(batch!.waiting).toBe(1100);
  await channel.client().return();
  await Promise.all(calls);
});

test("a port that is taken is an error", async () => {
  page = await live();
  const port = Number(new URL(page.url).port);
  await expect(live({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("a page that is closed answers no more", async () => {
  const closed = await live();
  await closed.close();
  await expect(fetch(closed.url)).rejects.toThrow("fetch failed");
});

test("it keeps no process alive, not even while somebody looks", async () => {
  const program = start("test/inspect/programs/short.mjs", {
    nodeOptions: ["--import", "coroutine-channels/inspect"],
  });
  const [line] = (await once(program.stdout, "data")) as [Buffer];
  const response = await fetch(`${line.toString().trim()}events`);
  await response.body!.getReader().read();
  program.stdin.end("you may end");
  const { code } = await finished(program);
  expect(code).toBe(0);
});
