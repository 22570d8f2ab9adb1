/** What far ends let compile, and what not: a service's type is shared by `import type`. */
import type { Client, Reader, Server, Writer } from "coroutine-channels";
import { Host, Session } from "coroutine-channels/link";
import type { Link } from "coroutine-channels/link";

declare const link: Link;
declare function same<A>(): <B extends A>(value: B & ([A] extends [B] ? unknown : never)) => void;

interface Hit {
  readonly title: string;
}
interface Stats {
  readonly found: number;
}
interface Query {
  readonly text: string;
}

const channels = {
  async search(server: Server<Hit, void, Stats>, query: Query): Promise<Stats> {
    await server.send({ title: query.text });
    return { found: 1 };
  },
  async talk(server: Server<string, string>): Promise<void> {
    await server.send("Hello");
  },
  async page(server: Server<number>, from?: number): Promise<void> {
    await server.send(from ?? 0);
  },
};
const streams = {
  async numbers(writer: Writer<number>, upTo: number): Promise<void> {
    await writer.send(upTo);
  },
};
type Services = typeof channels & typeof streams;

// Serving: bodies by name, of the right kind.
const serving = new Session(link).serve(channels).serveStream(streams);
serving.serve("one", async (server: Server<number>, input: string) => {
  await server.send(input.length);
});
serving.serve<string, number>("two", async (server) => {
  const answer: number = await server.send("two");
  void answer;
});
serving.serveStream<string>("three", async (writer) => {
  await writer.send("three");
});
// @ts-expect-error a stream's body is none of a channel
serving.serve(streams);
// @ts-expect-error a channel's body is none of a stream
serving.serveStream(channels);
// @ts-expect-error it sends numbers
serving.serve<string>("four", async (server: Server<number>) => {
  await server.send(4);
});

// @ts-expect-error no body
serving.serve({ five: 5 });

// Opening, by the other side's types.
const session = new Session<Services>(link);
same<Client<Hit, void, Stats>>()(session.client("search", { text: "x" }));
same<Client<string, string>>()(session.client("talk"));
same<Client<number>>()(session.client("page"));
same<Client<number>>()(session.client("page", 7, { limit: 2 }));
same<Reader<number>>()(session.reader("numbers", 3, { prefetch: 10 }));
// @ts-expect-error no such name
session.client("serch", { text: "x" });
// @ts-expect-error the input is missing
session.client("search");
// @ts-expect-error another input
session.client("search", { test: "x" });
// @ts-expect-error another input
session.reader("numbers", "3");
// @ts-expect-error a stream is no channel
session.client("numbers", 3);
// @ts-expect-error a channel is no stream
session.reader("search", { text: "x" });
// @ts-expect-error it takes no input
session.client("talk", 5);
// @ts-expect-error a client has no prefetch
session.client("talk", undefined, { prefetch: 1 });

// Without the other side's types, they are given where a channel is opened.
const untyped = new Session(link);
same<Client<string, number>>()(untyped.client<string, number>("letters"));
same<Reader<string>>()(untyped.reader<string>("letters", { from: 7 }, { prefetch: 256 }));

// A host: who the other side is, is inferred.
interface Request {
  readonly url: string;
}
interface Peer {
  readonly name: string;
}
const host = new Host({
  authenticate: async (auth, request: Request): Promise<Peer> => ({
    name: `${String(auth)} ${request.url}`,
  }),
  open: (session, peer) =>
    session.serve<string>("name", async (server) => {
      await server.send(peer.name);
    }),
});
host.accept(link, { url: "/" });
// @ts-expect-error where the link comes from is missing
host.accept(link);
// @ts-expect-error it comes from elsewhere
host.accept(link, { uri: "/" });
const open = new Host({ open: (session) => session.serve(channels) });
open.accept(link);
const given = new Host<Request>({
  open: (session, peer) => session.serve<string>(peer.url, async () => {}),
});
given.accept(link, { url: "/" });
