// A search that never waits, and a clock that ticks nevertheless.
import { cooperative } from "coroutine-channels";

async function* naturals() {
  for (let n = 1; ; n++) yield n;
}

let ticks = 0;
const clock = setInterval(() => ticks++, 1);

// Without `cooperative` this loop would be resumed by promises only, and the clock would never tick.
let n = 0;
for await (n of cooperative(naturals(), { budget: 2 })) if (ticks === 3) break;
clearInterval(clock);

console.log(`${ticks} ticks while counting`);
console.log(n > 1000 ? "and a lot was counted" : "and little was counted");

// Prints:
// 3 ticks while counting
// and a lot was counted
