// One way: a producer sends three Foos to a consumer, one of them through a function that it calls.
import { Channel, type Server } from "coroutine-channels";

class Foo {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const channel = new Channel<Foo>();

async function produce() {
  // Waits until the consumer asks for its first item. Leaving the block closes the channel.
  await using server = await channel.server();
  await server.send(new Foo("One")); // what `yield` does in an async generator
  await sendTwo(server);
  await server.send(new Foo("Three"));
}

// A generator would need `yield*` and a second generator here. The server end is an object: pass it on.
async function sendTwo(server: Server<Foo>) {
  await server.send(new Foo("Two"));
}

async function consume() {
  for await (const foo of channel.client()) console.log(foo.name);
  console.log("The channel is closed");
}

await Promise.all([produce(), consume()]);

// Prints:
// One
// Two
// Three
// The channel is closed
