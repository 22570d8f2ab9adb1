// Many outputs: one routine deals words into several channels, each of which feeds its own consumer.
// A generator cannot do this: it has one output, so its consumers would have to share and filter it.
import { Channel } from "coroutine-channels";

const shorts = new Channel<string>();
const longs = new Channel<string>();

async function deal(words: Iterable<string>) {
  await using short = await shorts.server();
  await using long = await longs.server();
  // Each send waits for its own consumer: the slower one paces the dealer, and nothing is buffered.
  for (const word of words) await (word.length <= 3 ? short : long).send(word);
}

async function longest(words: AsyncIterable<string>) {
  let best = "";
  for await (const word of words) if (word.length > best.length) best = word;
  return best;
}

async function join(words: AsyncIterable<string>) {
  const all: string[] = [];
  for await (const word of words) all.push(word);
  return all.join(" ");
}

const text = "the quick brown fox jumps over the lazy dog and yawns mightily";
const [, little, big] = await Promise.all([
  deal(text.split(" ")),
  join(shorts.client()), // both pipelines run at the same time,
  longest(longs.client()), // each at its own pace
]);
console.log(`Short words: ${little}`);
console.log(`Longest word: ${big}`);

// Prints:
// Short words: the fox the dog and
// Longest word: mightily
