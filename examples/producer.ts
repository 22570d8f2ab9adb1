// The generator of generator.ts as a producer: `yield n` has become `await server.send(n)`, and the
// consumer did not change. What is gained: `server` is an object that other functions can be given.
import { produce } from "coroutine-channels";

const countdown = (from: number) =>
  produce<number, void, string>(async (server) => {
    try {
      for (let n = from; n > 0; n--) await server.send(n);
      return "Lift-off";
    } finally {
      console.log("Lights off");
    }
  });

// ---- The consumer ----

console.log("Whole countdown:");
const whole = countdown(2);
let step = await whole.next();
for (; !step.done; step = await whole.next()) console.log(step.value);
console.log(step.value);

console.log("Left early:");
for await (const n of countdown(10)) {
  console.log(n);
  if (n === 9) break; // runs the `finally` above, and waits for it
}

// Prints:
// Whole countdown:
// 2
// 1
// Lights off
// Lift-off
// Left early:
// 10
// 9
// Lights off
