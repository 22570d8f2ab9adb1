/** Far ends in a real Chromium: a tab and this process over a WebSocket that is cut, a worker, and a shared worker. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { Host } from "coroutine-channels/link";
import type * as link from "coroutine-channels/link";
import type * as port from "coroutine-channels/port";
import type * as socket from "coroutine-channels/socket";
import { webSocketLink } from "coroutine-channels/socket";
import { chromium, type Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocketServer } from "ws";

import { root } from "../../../scripts/project.ts";
import { channels, streams } from "./programs/services.ts";

type Far = typeof link & typeof port & typeof socket;

/** What the scripts in the page import. */
declare const far: Far;

const entry = `${root}far-in-a-browser.ts`; // a module that exists in memory only

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: entry,
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? ["link", "port", "socket"]
                .map((name) => `export * from "./src/${name}.ts";`)
                .join("\n")
            : null,
      },
    ],
  });
  const { output } = await build.generate();
  await build.close();
  return output[0].code;
}

const services = `{
  async numbers(server) { for (let i = 0; ; i++) await server.send(i); },
  async close() { self.close(); await new Promise(() => {}); },
}`;

const scripts: Record<string, string> = {
  "/worker.js": `import { portLink, Session } from "/far.js"; new Session(portLink(self)).serve(${services});`,
  "/shared.js": `import { portLink, Session } from "/far.js"; self.onconnect = ({ ports: [port] }) => { new Session(portLink(port)).serve(${services}); };`,
};

const http = createServer((request, response) => {
  const script = scripts[request.url!];
  response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
  response.end(
    script ??
      `<!doctype html><script type="module">globalThis.far = await import("/far.js");</script>`,
  );
});
const sockets = new WebSocketServer({ server: http });
const host = new Host({ open: (session) => session.serve(channels).serveStream(streams) });
sockets.on("connection", (socket) => host.accept(webSocketLink(socket)));

let browser: Awaited<ReturnType<typeof chromium.launch>>;
let page: Page;

beforeAll(async () => {
  scripts["/far.js"] = await bundle();
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => "far" in globalThis);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await host.close();
  sockets.close();
  http.close();
});

test("a tab and a server, through cuts", async () => {
  let cuts = 0;
  await page.exposeFunction("cut", () => {
    cuts++;
    for (const socket of sockets.clients) socket.terminate();
  });
  const got = await page.evaluate(async () => {
    const { cut } = globalThis as unknown as { cut(): Promise<void> };
    const session = new far.Session(() =>
      far.webSocketLink(new WebSocket(location.href.replace("http", "ws"))),
    );
    const echo = session.client<string, string>("echo");
    const reader = session.reader<number>("items", undefined, { prefetch: 50 });
    const heard: unknown[] = [];
    const items: number[] = [];
    for (let i = 0; i < 30; i++) {
      heard.push(await echo.send(`${i}`));
      items.push(...(await reader.read(10)));
      if (i % 10 === 5) await cut();
    }
    await reader.return();
    await session.close();
    return { heard, items };
  });
  expect(got.heard).toEqual(Array.from({ length: 30 }, (_, i) => `${i}`));
  expect(got.items).toEqual(Array.from({ length: 300 }, (_, i) => i));
  expect(cuts).toBe(3);
});

test("a worker, and its death", async () => {
  const told = await page.evaluate(async () => {
    const told: unknown[] = [];
    for (const how of ["terminate", "close"]) {
      const worker = new Worker("/worker.js", { type: "module" });
      const session = new far.Session(far.portLink(worker));
      const client = session.client<number>("numbers");
      told.push(await client.receive(), await client.receive());
      const over = new Promise((resolve) => session.signal.addEventListener("abort", resolve));
      if (how === "terminate") worker.terminate();
      else
        void session
          .client("close")
          .next()
          .catch(() => {});
      await over;
      told.push(await client.receive().catch((error: Error) => error.name));
    }
    return told;
  });
  expect(told).toEqual([0, 1, "LinkClosed", 0, 1, "LinkClosed"]);
});

test("a shared worker, by two sessions", async () => {
  const got = await page.evaluate(async () => {
    const sessions = [1, 2].map(
      () => new far.Session(far.portLink(new SharedWorker("/shared.js", { type: "module" }).port)),
    );
    const clients = sessions.map((session) => session.client<number>("numbers"));
    const items: number[] = [];
    for (let i = 0; i < 3; i++) for (const client of clients) items.push(await client.receive());
    await Promise.all(clients.map((client) => client.return()));
    await Promise.all(sessions.map((session) => session.close()));
    return items;
  });
  expect(got).toEqual([0, 0, 1, 1, 2, 2]);
});
