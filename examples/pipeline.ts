// A routine that pushes feeds a pipeline that pulls: four items, combined in pairs by a generator stage.
import { produce } from "coroutine-channels";

// The push side. `produce` starts it when the pipeline asks for its first item, and each `send` waits
// until the pipeline asks for the next one: nothing piles up in between.
const parts = produce<string>(async (server) => {
  for (const part of ["bread", "butter", "salt", "pepper"]) {
    console.log(`  pushing ${part}`);
    await server.send(part);
  }
});

// The pull side: an ordinary async generator, which knows nothing about channels.
async function* pairs<T>(items: AsyncIterable<T>): AsyncGenerator<[T, T]> {
  let first: { item: T } | undefined;
  for await (const item of items) {
    if (first) yield [first.item, item];
    first = first ? undefined : { item };
  }
}

for await (const [one, other] of pairs(parts)) console.log(`${one} and ${other}`);

// Prints:
//   pushing bread
//   pushing butter
// bread and butter
//   pushing salt
//   pushing pepper
// salt and pepper
