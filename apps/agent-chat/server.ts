// The transports: a page, a route that streams a conversation, a route that takes answers, a WebSocket, and an end for all.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import { produce } from "coroutine-channels";
import { toEventStream } from "coroutine-channels/web";
import { Hono } from "hono";

import { agent, type Answer, type Model, type Person, type Step } from "./agent.ts";
import { overHttp, type OverHttp } from "./over-http.ts";
import { overWebSocket } from "./over-websocket.ts";

const page = readFileSync(new URL("page.html", import.meta.url), "utf8");
const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };

/** @param patience For how many milliseconds a question waits for its answer. */
export async function startServer(model: Model, { port = 0, patience = 120_000 } = {}) {
  const conversations = new Map<string, OverHttp>();
  const closing = new AbortController();
  const inTime = () => AbortSignal.any([AbortSignal.timeout(patience), closing.signal]);
  const talk = (person: Person, task: string) => agent(task, person, model, closing.signal);
  const app = new Hono();

  app.get("/", (context) => context.html(page));

  app.get("/talk/:name", (context) => {
    const { name } = context.req.param();
    // A browser that lost its connection asks again, but its conversation is over: 204 tells it to stop.
    const again = context.req.header("last-event-id") !== undefined || conversations.has(name);
    if (again || closing.signal.aborted) return context.body(null, 204);
    const task = context.req.query("task") ?? "";
    const steps = produce<Step, Answer>((person) => talk(person, task), { name: "steps" });
    steps.signal.addEventListener("abort", () => conversations.delete(name), { once: true });
    const conversation = overHttp(steps, inTime);
    conversations.set(name, conversation);
    const events = toEventStream(conversation, { id: () => conversation.count, heartbeat: 15_000 });
    return new Response(events, { headers });
  });

  app.post("/talk/:name/:question", async (context) => {
    const { name, question } = context.req.param();
    const open = conversations.get(name)?.answer(Number(question), await context.req.text());
    return context.body(null, open ? 204 : 410); // gone: answered before, too late, or left
  });

  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }) as HttpServer;
  if (!server.listening) await once(server, "listening");
  const webSocket = overWebSocket(server, { talk });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    conversations,
    /** Lets every agent say that it is over. What is left after `within` milliseconds is closed. */
    async close(within = 2000): Promise<void> {
      closing.abort(new Error("The server is shutting down."));
      const closed = once(server.close(), "close");
      const timer = setTimeout(() => server.closeAllConnections(), within);
      await webSocket.close(within);
      await closed;
      clearTimeout(timer);
    },
  };
}
