// The transports: a page, a route that streams a conversation, a route that takes answers, a WebSocket, and an end for all.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { toEventStream } from "coroutine-channels/web";
import { Hono } from "hono";

import { agent, type Model, type Person } from "./agent.ts";
import { overHttp, type OverHttp } from "./over-http.ts";
import { overWebSocket } from "./over-websocket.ts";

const page = readFileSync(new URL("page.html", import.meta.url), "utf8");
const library = serveStatic({ root: fileURLToPath(new URL("../../", import.meta.url)) });
const headers = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  connection: "close",
};

/** @param patience For how many milliseconds a question waits for its answer. */
export async function startServer(model: Model, { port = 0, patience = 120_000 } = {}) {
  const conversations = new Map<string, OverHttp>();
  const talks = new Set<Promise<void>>();
  const closing = new AbortController();
  const setting = { model, patience, closing: closing.signal };
  const talk = (person: Person, task: string) => {
    const ended = agent(task, person, setting).finally(() => talks.delete(ended));
    talks.add(ended);
    return ended;
  };
  let open = true;
  const app = new Hono();

  app.get("/", (context) => context.html(page));
  app.get("/dist/*", library); // which the page imports

  app.get("/talk/:name", (context) => {
    const { name } = context.req.param();
    // A browser that lost its connection asks again, but its conversation is over: 204 tells it to stop.
    const again = context.req.header("last-event-id") !== undefined || conversations.has(name);
    if (again || !open) return context.body(null, 204);
    const conversation = overHttp((person) => talk(person, context.req.query("task") ?? ""));
    const { steps, asked: id } = conversation;
    steps.signal.addEventListener("abort", () => conversations.delete(name), { once: true });
    conversations.set(name, conversation);
    return new Response(toEventStream(steps, { id, heartbeat: 15_000 }), { headers });
  });

  app.post("/talk/:name/:question", async (context) => {
    const { name, question } = context.req.param();
    const taken = conversations.get(name)?.answer(Number(question), await context.req.text());
    return context.body(null, taken ? 204 : 410); // gone: answered before, too late, or left
  });

  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }) as HttpServer;
  if (!server.listening) await once(server, "listening");
  const webSocket = overWebSocket(server, { talk });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Those that go on, over either. */
    talks,
    /** None begins. Those that go on have `within` milliseconds to end, and half a second more to say that they cannot. */
    async close(within = 5000): Promise<void> {
      open = false;
      const reason = new Error("The server is shutting down.");
      const timers = [
        setTimeout(() => closing.abort(reason), within),
        setTimeout(() => server.closeAllConnections(), within + 500),
      ];
      const webSocketClosed = webSocket.close(within + 500);
      await Promise.allSettled(talks);
      await Promise.all([webSocketClosed, once(server.close(), "close")]);
      timers.forEach(clearTimeout);
    },
  };
}
