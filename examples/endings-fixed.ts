// The cure for endings-broken.ts: let ChannelClosed through, and catch around the work, not the send.
import { ChannelClosed, produce } from "coroutine-channels";

const readings = produce<number>(async (server) => {
  console.log("sensor on");
  try {
    for (let n = 1; ; n++) {
      try {
        if (n === 2) throw new Error("bad reading");
        await server.send(n);
      } catch (error) {
        if (error instanceof ChannelClosed) throw error; // the consumer has left: unwind
        console.log(`skipped ${n}`);
      }
    }
  } finally {
    console.log("sensor off"); // runs before the consumer's `break` is over
  }
});

for await (const n of readings) {
  console.log(`got ${n}`);
  if (n === 3) break;
}
console.log("done");

// Prints:
// sensor on
// got 1
// skipped 2
// got 3
// sensor off
// done
