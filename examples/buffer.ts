// Running ahead, and dropping: the same camera with a consumer that must see all, and one that shows the latest.
import { buffer, produce } from "coroutine-channels";

const camera = () =>
  produce<string>(async (server) => {
    for (let i = 1; i <= 5; i++) {
      console.log(`  frame ${i} taken`);
      await server.send(`frame ${i}`);
    }
  });

const busy = () => new Promise((resolve) => setTimeout(resolve));

console.log("Archive, which is at most two frames behind:");
for await (const frame of buffer(camera(), { capacity: 2 })) {
  await busy();
  console.log(`${frame} stored`);
}

console.log("Display, which shows the latest:");
const dropped: string[] = [];
const latest = buffer(camera(), {
  capacity: 1,
  overflow: "drop-oldest",
  onDrop: (frame) => dropped.push(frame),
});
for await (const frame of latest) {
  await busy();
  console.log(`${frame} shown`);
}
console.log(`dropped: ${dropped.join(", ")}`);

// Prints:
// Archive, which is at most two frames behind:
//   frame 1 taken
//   frame 2 taken
//   frame 3 taken
// frame 1 stored
//   frame 4 taken
// frame 2 stored
//   frame 5 taken
// frame 3 stored
// frame 4 stored
// frame 5 stored
// Display, which shows the latest:
//   frame 1 taken
//   frame 2 taken
//   frame 3 taken
//   frame 4 taken
//   frame 5 taken
// frame 1 shown
// frame 5 shown
// dropped: frame 2, frame 3, frame 4
