// A connection that has gone quiet: a consumer that leaves closes it at once, where a loop over the socket would wait.
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

import { fromReadable } from "coroutine-channels/node";

const server = createServer((socket) => {
  socket.on("close", () => console.log("the server sees it closed"));
  socket.resume().write("Hello"); // and then says nothing more
}).listen(0, "127.0.0.1");
await once(server, "listening");

const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
const client = fromReadable<Buffer>(socket);
console.log(String(await client.receive()));

// No second word in time: the request is given up, which loses nothing, and the conversation is over.
const patience = AbortSignal.timeout(20);
await client.receive({ signal: patience }).catch((error: Error) => console.log(error.name));
await client.return();
console.log("the socket is destroyed:", socket.destroyed);
server.close();

// Prints:
// Hello
// TimeoutError
// the socket is destroyed: true
// the server sees it closed
