/** A small application: a route that streams a channel as server-sent events, on a real port. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import { Hono } from "hono";

import { produce } from "coroutine-channels";
import { toEventStream } from "coroutine-channels/web";

const PAGE = `<!doctype html><title>Ticks</title><ul id="ticks"></ul><script>
  const source = new EventSource("/ticks");
  source.onmessage = ({ data }) => {
    const item = document.createElement("li");
    item.textContent = data;
    ticks.append(item);
  };
</script>`;

const headers = { "content-type": "text/event-stream" };

/** Texts with all that a line could end with, or begin with. */
export const texts: readonly string[] = [
  "Hello",
  "two\nlines",
  "\r\nthree\r",
  " : id: 7\n\nevent: forged\ndata: forged",
  "",
  "\u{1F600}\uFEFF\u2028\0",
];

/** What becomes of the producers, of which each request has one. */
export interface Ticker {
  readonly url: string;
  /** How many items have been asked for in all. */
  sent: number;
  /** How many producers run. */
  running: number;
  /** Resolves when a producer has been stopped. */
  readonly stopped: Promise<void>;
  close(): Promise<void>;
}

/** @param count How many ticks a producer sends before it waits, with nothing to send, for its client to leave. */
export async function startTicker(count: number): Promise<Ticker> {
  const { promise: stopped, resolve: stop } = withResolver();

  const app = new Hono();
  app.get("/", (context) => context.html(PAGE));
  app.get("/ticks", () => {
    const ticks = produce<{ tick: number }>(async (server) => {
      ticker.running++;
      const left = new Promise((resolve) => server.signal.addEventListener("abort", resolve));
      try {
        for (let tick = 1; tick <= count; tick++) {
          ticker.sent++;
          await server.send({ tick });
        }
        await left;
      } finally {
        ticker.running--;
        stop();
      }
    });
    return new Response(toEventStream(ticks, { heartbeat: 1000 }), { headers });
  });
  // A few at a time, and then the connection is lost; the last one holds on.
  app.get("/texts", (context) => {
    const last = Number(context.req.header("last-event-id") ?? -1);
    const some = produce<number>(async (server) => {
      const end = Math.min(last + 5, texts.length);
      for (let id = last + 1; id < end; id++) await server.send(id);
      if (end === texts.length) await server.send(await new Promise<never>(() => {}));
    });
    const events = toEventStream(some, {
      id: (id) => id,
      event: (id) => (id % 2 === 0 ? undefined : "odd"),
      data: (id) => texts[id],
    });
    return new Response(events, { headers });
  });

  const listening = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  if (!listening.listening) await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const ticker: Ticker = {
    url: `http://127.0.0.1:${port}`,
    sent: 0,
    running: 0,
    stopped,
    async close() {
      listening.close();
      if ("closeAllConnections" in listening) listening.closeAllConnections();
      await once(listening, "close");
    },
  };
  return ticker;
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}
