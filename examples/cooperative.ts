// A search that never waits, and a clock that ticks nevertheless.
import { cooperative } from "coroutine-channels";

async function* naturals() {
  for (let n = 1; ; n++) yield n;
}

let ticks = 0;
const clock = setInterval(() => ticks++, 1);

// Without `cooperative` this loop would be resumed by promises only, and the clock would never tick.
for await (const n of cooperative(naturals(), { budget: 2 })) {
  if (n === 1) console.log("counting");
  if (ticks >= 3) break;
}
clearInterval(clock);
console.log("the clock has ticked");

// Prints:
// counting
// the clock has ticked
