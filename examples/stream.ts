// Many items at a time: the two ends of a StreamChannel read and write in portions of their own choice.
import { StreamChannel } from "coroutine-channels";

const numbers = new StreamChannel<number>();

function* squares(from: number, to: number) {
  try {
    for (let n = from; n <= to; n++) yield n * n;
  } finally {
    console.log("The generator is closed");
  }
}

const writing = numbers.serve(async (writer) => {
  await writer.send(-2); // a single item,
  await writer.write([-1, 0]); // an array,
  await writer.write(squares(1, 7)); // and a generator, lent: it runs only as the reader pulls
});

const reader = numbers.client();
console.log("Exactly four:", await reader.read(4));

// Whatever is ready, without copying: the writer's own generator. What `break` leaves is not lost.
for (const square of await reader.receive()) {
  console.log("One by one:", square);
  if (square > 4) break;
}

for await (const square of reader) {
  console.log("Item by item:", square);
  if (square === 25) break;
}
await writing; // the reader has left, and so the writer's body has ended

// Prints:
// Exactly four: [ -2, -1, 0, 1 ]
// One by one: 4
// One by one: 9
// Item by item: 16
// Item by item: 25
// The generator is closed
