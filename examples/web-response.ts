// A producer as the body of a Response, made as it is read: this is what a route of a web server returns.
import { produce } from "coroutine-channels";
import { fromReadableStream, toReadableStream, toTransformStream } from "coroutine-channels/web";

// Each `send` waits until somebody reads the next part of the body.
const ticks = produce<number>(async (server) => {
  try {
    for (let tick = 1; ; tick++) {
      console.log(`  making tick ${tick}`);
      await server.send(tick);
    }
  } finally {
    console.log("  stopped");
  }
});

// The stages in between are generators: this one makes server-sent events of the items.
async function* events(items: AsyncIterable<number>) {
  const encoder = new TextEncoder();
  for await (const item of items) yield encoder.encode(`data: ${item}\n\n`);
}

function handle(_request: Request): Response {
  const body = toReadableStream(ticks).pipeThrough(toTransformStream(events));
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

// The other side of the wire: two events are enough, and leaving the loop stops the producer.
const response = handle(new Request("http://localhost/ticks"));
const decoder = new TextDecoder();
let read = 0;
for await (const part of fromReadableStream(response.body!)) {
  console.log(decoder.decode(part).trim());
  read += 1;
  if (read === 2) break;
}

// Prints:
//   making tick 1
// data: 1
//   making tick 2
// data: 2
//   stopped
