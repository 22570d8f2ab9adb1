import { record } from "./events.ts";
import type { Recording, RecordOptions } from "./events.ts";
import { pageOf, policy } from "./html.ts";
import { told } from "./now.ts";
import type { Batch } from "./page.ts";
import { builtin, now, every } from "./process.ts";

/** Options of {@link live}. */
export interface LiveOptions {
  /** The port to listen at; by default any that is free. */
  readonly port?: number | undefined;
}

/** A page that shows a program while it runs. */
export interface Live {
  /** Where it is: at an address of this machine alone, with a secret in it. */
  readonly url: string;
  /** Serves the page no longer. */
  close(): Promise<void>;
}

/** Node's `http`, as far as it matters here. */
interface Http {
  createServer(listener: (request: Request, response: Response) => void): Server;
}
interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
interface Response {
  readonly writableNeedDrain: boolean;
  writeHead(status: number, headers: Readonly<Record<string, string>>): this;
  write(text: string): void;
  end(text?: string): void;
  on(event: "close", listener: () => void): void;
}
interface Server {
  listen(port: number, host: string, listening: () => void): void;
  on(event: "connection", listener: (socket: { unref(): void }) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  address(): { readonly port: number };
  unref(): void;
  close(closed: () => void): void;
  closeAllConnections(): void;
}

const host = "127.0.0.1";
const interval = 100;
/** Even if nothing happens, the page is told so often who waits, so that it shows since when. */
const patience = 10;

const headers = {
  "cache-control": "no-store",
  "content-security-policy": policy,
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Serves a page that shows the channels while the program runs: what `toHTML` writes, with the events as they come, and who waits
 * now. Only from this machine, and only to whoever knows its address. It looks, and can do nothing; it keeps no process alive.
 *
 * @returns Its address, once it listens.
 * @throws `TypeError` where there is no server to be had, as in a browser; what listening fails with.
 */
export function live(options?: LiveOptions): Promise<Live> {
  return serveLive(options?.port ?? 0, false);
}

export async function serveLive(port: number, values: RecordOptions["values"]): Promise<Live> {
  const http = builtin("node:http") as Http | undefined;
  if (http === undefined) {
    throw new TypeError("live() needs a runtime that can serve a page: Node, Deno or Bun");
  }
  const secret = `/${token()}/`;
  const recording = record({ values });
  const pages = new Set<Page>();
  let own = "";

  const server = http.createServer((request, response) => {
    const { method, url } = request;
    if (method !== "GET" || request.headers["host"] !== own) refuse(response);
    else if (url === secret) {
      response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" });
      response.end(pageOf(null));
    } else if (url === `${secret}events`) {
      response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
      const page = new Page(response, recording, Number(request.headers["last-event-id"] ?? 0));
      pages.add(page);
      response.on("close", () => pages.delete(page));
      page.tell();
    } else refuse(response);
  });
  // Neither the server nor a page that is open keeps the program from ending.
  server.on("connection", (socket) => socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, host, resolve);
  });
  server.unref();
  own = `${host}:${server.address().port}`;
  const stop = every(interval, () => {
    for (const page of pages) page.tell();
  });
  return {
    url: `http://${own}${secret}`,
    close(): Promise<void> {
      stop();
      recording.stop();
      return new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function refuse(response: Response): void {
  response.writeHead(403, headers).end();
}

/** 72 bits that nobody can guess, in the letters of an address. */
function token(): string {
  const { crypto, btoa } = globalThis as unknown as {
    crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
    btoa(bytes: string): string;
  };
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** A page that is open somewhere. It gets what is new, as long as it keeps up. */
class Page {
  readonly #response: Response;
  readonly #recording: Recording;
  /** How many of all events it has got, or has missed for good. */
  #position: number;
  #dropped = 0;
  #quiet = patience;

  constructor(response: Response, recording: Recording, position: number) {
    this.#response = response;
    this.#recording = recording;
    this.#position = Number.isInteger(position) ? position : 0;
  }

  tell(): void {
    const { events, dropped } = this.#recording;
    const total = dropped + events.length;
    if (this.#response.writableNeedDrain) return;
    if (total === this.#position && this.#quiet++ < patience) return;
    this.#quiet = 0;
    this.#dropped += Math.max(0, dropped - this.#position);
    const batch: Batch = {
      events: events.slice(Math.max(0, this.#position - dropped)),
      dropped: this.#dropped,
      waits: told(),
      now: now(),
    };
    this.#position = total;
    this.#response.write(`id: ${total}\ndata: ${JSON.stringify(batch)}\n\n`);
  }
}
