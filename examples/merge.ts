// Several sources, one loop: the lines of all rooms in the order in which they are said.
import { merge, produce } from "coroutine-channels";

const room = (name: string, ...lines: string[]) =>
  produce<string>(async (server) => {
    try {
      for (const line of lines) await server.send(`[${name}] ${line}`);
    } finally {
      console.log(`${name}: closed`);
    }
  });

const kitchen = room("kitchen", "The soup is ready.", "Is anybody there?", "It gets cold!");
const garden = room("garden", "What a day.", "Coming!", "Where are the spoons?");

for await (const line of merge(kitchen, garden)) {
  console.log(line);
  if (line.endsWith("Coming!")) break; // both rooms are closed before the loop has ended
}
console.log("done");

// Prints:
// [kitchen] The soup is ready.
// [garden] What a day.
// [kitchen] Is anybody there?
// [garden] Coming!
// kitchen: closed
// garden: closed
// done
