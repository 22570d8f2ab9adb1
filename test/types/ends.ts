/** Compiled only, by the linter: what the ends are assignable to, and what their calls take. */
import { Channel, produce } from "coroutine-channels";
import type { ChannelEnd, Client, Server } from "coroutine-channels";

// As an async generator goes wherever one is wanted: repeaterjs/repeater#17, #56, #64.
declare const client: Client<string, number, boolean>;
client satisfies AsyncGenerator<string, boolean, number>;
client satisfies AsyncIterator<string, boolean, number>;
client satisfies AsyncIterable<string>;
client satisfies AsyncIterableIterator<string>;
client satisfies AsyncDisposable;
client satisfies ChannelEnd<string, number, boolean>;
client[Symbol.asyncIterator]() satisfies AsyncGenerator<string, boolean, number>;

declare const server: Server<string, number, boolean>;
server satisfies AsyncGenerator<number, boolean, string>;
// The server is the client's mirror.
server satisfies Client<number, string, boolean>;

/** Takes what yields text. */
declare function print(texts: AsyncIterable<string>): void;
print(client);
// @ts-expect-error: these are numbers
print(server);

async function* delegate(): AsyncGenerator<string, boolean, number> {
  return yield* client;
}
delegate() satisfies AsyncGenerator<string, boolean, number>;

export async function calls(): Promise<void> {
  (await client.send(1)) satisfies string;
  (await client.receive()) satisfies string;
  const result = await client.next(1);
  if (result.done) result.value satisfies boolean;
  else result.value satisfies string;
  (await server.send("text")) satisfies number;
  client.signal satisfies AbortSignal;
  await client.send(1, { signal: new AbortController().signal });
  await client.receive({ signal: undefined });

  // @ts-expect-error: the client sends numbers
  await client.send("text");
  // @ts-expect-error: the client sends numbers
  await client.next("text");
  // @ts-expect-error: the client has something to say
  await client.send();
  // @ts-expect-error: the server sends text
  await server.send(1);
  // @ts-expect-error: the server returns a boolean
  await server.return("text");
  // @ts-expect-error: a signal, not a controller
  await client.receive({ signal: new AbortController() });
  // @ts-expect-error: what comes in is text
  (await client.receive()) satisfies number;
  // @ts-expect-error: an end's signal cannot be replaced
  client.signal = new AbortController().signal;
}

/** One-way: who has nothing to say needs no argument. */
export async function oneWay(channel: Channel<string>): Promise<void> {
  const reading = channel.client();
  (await reading.next()) satisfies IteratorResult<string, void>;
  (await reading.send()) satisfies string;
  (await reading.receive()) satisfies string;
  await reading.return();
  const writing = await channel.server();
  (await writing.receive()) satisfies void;
  await writing.send("text");
  await writing.return();
  // @ts-expect-error: the server has something to say
  await writing.send();
  // @ts-expect-error: the client has nothing to say
  await reading.send(1);
}

/** The other way around: only the client says something. */
export async function upwards(channel: Channel<void, number>): Promise<void> {
  const writing = await channel.server();
  (await writing.send()) satisfies number;
  (await writing.next()) satisfies IteratorResult<number, void>;
  (await writing.receive()) satisfies number;
}

export async function bodies(): Promise<void> {
  const channel = new Channel<string, number, boolean>({ limit: 1, name: "name" });
  (await channel.serve(async (end) => (await end.send("text")) > 1)) satisfies boolean | undefined;
  (await channel.serve(() => true)) satisfies boolean | undefined;
  // @ts-expect-error: the body returns a boolean
  await channel.serve(async () => "text");
  // @ts-expect-error: the body returns a boolean
  await channel.serve(() => {});
  channel.closed satisfies boolean;
  channel.client() satisfies Client<string, number, boolean>;
  (await channel.server({})) satisfies Server<string, number, boolean>;
}

// The types of a producer come from its body's parameter, or are told.
produce(
  async (end: Server<string, number, boolean>) => (await end.send("text")) > 1,
) satisfies Client<string, number, boolean>;
produce<string>(async (end) => {
  await end.send("text");
  // @ts-expect-error: it sends text
  await end.send(1);
}) satisfies Client<string>;
produce<string, number>((end) => {
  end satisfies Server<string, number>;
}) satisfies AsyncGenerator<string, void, number>;
// @ts-expect-error: the body returns a number
produce<string, void, number>(async () => "text");
