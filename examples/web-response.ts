// Server-sent events, made as they are read: this is what a route of a web server returns.
import { produce } from "coroutine-channels";
import { fromReadableStream, toEventStream } from "coroutine-channels/web";

interface Tick {
  readonly tick: number;
  readonly says: string;
}

// Each `send` waits until somebody reads the next event.
const ticks = produce<Tick>(async (server) => {
  try {
    for (let tick = 1; ; tick++) {
      console.log(`  making tick ${tick}`);
      await server.send({ tick, says: "tick\ntock" });
    }
  } finally {
    console.log("  stopped");
  }
});

function handle(_request: Request): Response {
  const body = toEventStream(ticks, { id: ({ tick }) => tick, data: ({ says }) => says });
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
// id: 1
// data: tick
// data: tock
//   making tick 2
// id: 2
// data: tick
// data: tock
//   stopped
