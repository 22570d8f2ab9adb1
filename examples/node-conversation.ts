// A conversation over a socket: what comes in answers what went out before it, and the server's side reads as it is held.
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { pipeline } from "node:stream/promises";

import { Channel } from "coroutine-channels";
import { fromReadable, toDuplex } from "coroutine-channels/node";

const server = createServer((socket) => {
  const talk = new Channel<string, string>();
  void talk.serve(async (caller) => {
    const name = await caller.send("Who is there?");
    const mood = await caller.send(`Hello, ${name}. How are you?`);
    await caller.put(`I am ${mood}, too.`); // expects no answer
  });
  void pipeline(socket.setEncoding("utf8"), toDuplex(talk), socket);
}).listen(0, "127.0.0.1");
await once(server, "listening");

// The caller.
const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
const answers = ["Ann", "fine"];
for await (const said of fromReadable<Buffer>(socket)) {
  console.log(String(said));
  const answer = answers.shift();
  if (answer !== undefined) socket.write(answer);
}
server.close();

// Prints:
// Who is there?
// Hello, Ann. How are you?
// I am fine, too.
