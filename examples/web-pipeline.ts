// Channels at both ends of a pipe of web streams, and a generator as the stage between them: nothing is made before it is read.
import { Channel, produce } from "coroutine-channels";
import { toReadableStream, toTransformStream, toWritableStream } from "coroutine-channels/web";

const words = produce<string>(async (server) => {
  try {
    for (const word of ["one", "two", "three"]) {
      console.log(`  making ${word}`);
      await server.send(word);
    }
  } finally {
    console.log("  stopped");
  }
});

async function* numbered(items: AsyncIterable<string>) {
  let count = 0;
  for await (const item of items) yield `${++count}. ${item}`;
}

const lines = new Channel<string>();

// The pipe is the body: its error would be the reader's, and a reader that leaves stops it all.
void lines.serve((server) =>
  toReadableStream(words).pipeThrough(toTransformStream(numbered)).pipeTo(toWritableStream(server)),
);

const reader = lines.client();
console.log(await reader.receive());
console.log(await reader.receive());
await reader.return(); // two are enough

// Prints:
//   making one
// 1. one
//   making two
// 2. two
//   stopped
