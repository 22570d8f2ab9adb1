// Every item to everybody: one measurement is logged, watched by an alarm that leaves, and shown on a slow display.
import { broadcast, produce } from "coroutine-channels";

const pressure = broadcast(
  produce<number>(async (server) => {
    try {
      for (const bar of [3, 4, 9, 5, 4]) await server.send(bar);
    } finally {
      console.log("sensor off");
    }
  }),
);

async function log(values: AsyncIterable<number>) {
  const all: number[] = [];
  for await (const bar of values) all.push(bar);
  console.log(`log: ${all.join(" ")}`);
}

async function alarm(values: AsyncIterable<number>) {
  for await (const bar of values) {
    if (bar > 8) {
      console.log(`alarm: ${bar} bar`);
      break; // the others go on
    }
  }
}

// The slowest consumer sets the pace. This one has a buffer of its own, so that it does not.
const display = pressure.subscribe({ capacity: 1, overflow: "drop-oldest" });

await Promise.all([log(pressure.subscribe()), alarm(pressure.subscribe())]);
for await (const bar of display) console.log(`display: ${bar} bar`);

// Prints:
// alarm: 9 bar
// sensor off
// log: 3 4 9 5 4
// display: 4 bar
