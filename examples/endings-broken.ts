// BROKEN on purpose: a producer whose catch-all swallows everything. endings-fixed.ts is the cure.
//
// JavaScript has no exception that `catch` cannot catch. When the consumer leaves, the pending `send`
// rejects with ChannelClosed; this body takes that for one more failed reading and carries on.
import { produce } from "coroutine-channels";

const readings = produce<number>(async (server) => {
  console.log("sensor on");
  try {
    for (let n = 1; ; n++) {
      try {
        if (n === 2) throw new Error("bad reading");
        await server.send(n);
      } catch {
        console.log(`skipped ${n}`); // the mistake: this also skips the consumer's leaving
      }
    }
  } finally {
    console.log("sensor off"); // never reached
  }
});

for await (const n of readings) {
  console.log(`got ${n}`);
  if (n === 3) break;
}
// The body swallowed the end and sent again, to nobody. It waits for ever, and the sensor stays on.
console.log("done");

// Prints:
// sensor on
// got 1
// skipped 2
// got 3
// skipped 3
// done
