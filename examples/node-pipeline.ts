// Channels at both ends of a pipeline of Node's streams: packed, unpacked, and read line by line.
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

import { StreamChannel } from "coroutine-channels";
import { toReadable, toWritable } from "coroutine-channels/node";

const made = new StreamChannel<string>();
const unpacked = new StreamChannel<Buffer>();

void made.serve(async (writer) => {
  await writer.write(["one\n", "two\n"]);
  await writer.send("three\n");
});

// The pipeline is the body: its error would be the reader's, and a reader that leaves stops it all.
void unpacked.serve((writer) =>
  pipeline(toReadable(made.client()), createGzip(), createGunzip(), toWritable(writer)),
);

async function* lines(parts: AsyncIterable<Buffer>) {
  let rest = "";
  for await (const part of parts) {
    const all = (rest + part.toString()).split("\n");
    rest = all.pop() ?? "";
    yield* all;
  }
}

for await (const line of lines(unpacked.client())) console.log(line);

// Prints:
// one
// two
// three
