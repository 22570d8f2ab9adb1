/** Compiled only, by the linter: what the ends are assignable to, and what their calls take. */
import { Channel, produce, serveAll, StreamChannel } from "coroutine-channels";
import type { ChannelEnd, Client, Server, Writer } from "coroutine-channels";

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
  (await client.put(1)) satisfies void;
  (await server.put("text", { signal: new AbortController().signal })) satisfies void;
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
  // @ts-expect-error: the server sends text
  await server.put(1);
  // @ts-expect-error: a put has something to hand over
  await server.put();
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

class Animal {
  readonly name: string = "animal";
}
class Dog extends Animal {
  bark(): void {}
}

/** Sending is checked strictly: an end that sends dogs must not be given cats. What comes in may be taken for more. */
export function variance(dogs: Server<Dog>, animals: Server<Animal>, kennel: Client<Dog>): void {
  kennel satisfies Client<Animal>;
  animals satisfies Server<Dog>;
  // @ts-expect-error: it sends dogs only
  dogs satisfies Server<Animal>;
  // @ts-expect-error: it gives animals
  animals satisfies AsyncIterable<Dog>;
  const feed = (client: Client<string, Animal>): void => void client;
  // @ts-expect-error: it takes dogs only
  feed({} as Client<string, Dog>);
}

/** A method without its end does not compile. */
export async function detached(): Promise<void> {
  const { send, receive, put } = client;
  // @ts-expect-error: send belongs to an end
  await send(1);
  // @ts-expect-error: receive belongs to an end
  await receive();
  // @ts-expect-error: put belongs to an end
  await put(1);
  const bound = client.send.bind(client);
  (await bound(1)) satisfies string;
}

/** The server ends of `serveAll` have the types of their channels, by name or by place. */
export async function lanes(): Promise<void> {
  const channels = { numbers: new Channel<number>(), text: new Channel<string, boolean>() };
  const result = await serveAll(channels, async ({ numbers, text }) => {
    numbers satisfies Server<number>;
    (await text.send("text")) satisfies boolean;
    // @ts-expect-error: this lane takes numbers
    await numbers.put("text");
    return 1;
  });
  result satisfies number | undefined;
  await serveAll([new Channel<number>(), new StreamChannel<string>()], ([numbers, texts]) => {
    numbers satisfies Server<number>;
    texts satisfies Writer<string>;
  });
  await serveAll(
    Array.from({ length: 5 }, () => new Channel<number>()),
    async (servers) => {
      for (const server of servers) await server.put(1);
    },
  );
  interface Named {
    readonly even: Channel<number>;
  }
  class Lanes {
    readonly even = new Channel<number>();
  }
  await serveAll({} as Named, ({ even }) => even.put(1));
  await serveAll(new Lanes(), ({ even }) => even.put(1));
  // @ts-expect-error: the channel is served, and not its client
  await serveAll({ even: channels.numbers.client() }, () => {});
  // @ts-expect-error: a lane is a channel
  await serveAll({ even: 5 }, () => {});
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
produce<string>((end) => end.put("text"), { limit: 1, name: "text" }) satisfies Client<string>;
