// Both ways: every send also brings back what the other end sent. Letters go down, numbers come up.
import { Channel, ChannelClosed } from "coroutine-channels";

const channel = new Channel<string, number>(); // strings down, numbers back up

// `serve` waits for the client, runs the body, and closes the channel however the body ends.
const letters = channel.serve(async (server) => {
  console.log(await server.send("A")); // sends "A", then waits for the client's answer
  console.log(await server.send("B"));
});

async function numbers() {
  const client = channel.client();
  console.log(await client.receive()); // the client begins by asking: it has nothing to answer yet
  for (let i = 0; ; i++) console.log(await client.send(i)); // answers, and gets the next letter
}

// The loop above has no end of its own: its last `send` rejects with ChannelClosed, which is expected.
await Promise.all([letters, numbers().catch(ChannelClosed.ignore)]);

// Prints:
// A
// 0
// B
// 1
