// An async generator. The file producer.ts holds the producer that it was refactored into; the
// consumer below is the same there, word for word, and both programs print the same.

async function* countdown(from: number): AsyncGenerator<number, string> {
  try {
    for (let n = from; n > 0; n--) yield n;
    return "Lift-off";
  } finally {
    console.log("Lights off");
  }
}

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
