/** Compiled only, by the linter: the ends of a stream. */
import { StreamChannel } from "coroutine-channels";
import type { Reader, Writer } from "coroutine-channels";

declare const reader: Reader<string>;
reader satisfies AsyncGenerator<string, void, void>;
reader satisfies AsyncIterable<string>;
reader satisfies AsyncDisposable;

declare const writer: Writer<string>;
writer satisfies AsyncDisposable;
writer satisfies { signal: AbortSignal };

export async function reading(): Promise<void> {
  (await reader.next()) satisfies IteratorResult<string, void>;
  (await reader.read()) satisfies string[];
  (await reader.read(3, { signal: undefined })) satisfies string[];
  (await reader.receive()) satisfies IterableIterator<string>;
  for (const text of await reader.receive()) text satisfies string;
  for await (const texts of reader.batches(3)) texts satisfies string[];
  for await (const texts of reader.batches()) texts satisfies Iterable<string>;
  await reader.return();
  // @ts-expect-error: a reader has nothing to say
  await reader.next("text");
  // @ts-expect-error: a count is a number
  await reader.read("3");
  // @ts-expect-error: what is lent can be iterated, not indexed
  (await reader.receive())[0] satisfies string;
}

export async function writing(): Promise<void> {
  (await writer.send("text")) satisfies void;
  await writer.write(["text"]);
  await writer.write(new Set<string>());
  await writer.write("text");
  await writer.write(reader);
  await writer.return();
  await writer.throw(new Error("error"));
  // @ts-expect-error: it writes text
  await writer.send(1);
  // @ts-expect-error: it writes text
  await writer.write([1]);
  // @ts-expect-error: text is wanted, and something to iterate over
  await writer.write(1);
  // @ts-expect-error: an item is wanted
  await writer.send();
  (await writer.put("text", { signal: undefined })) satisfies void;
  // @ts-expect-error: it writes text
  await writer.put(1);
  const { send } = writer;
  // @ts-expect-error: a method belongs to its writer
  void send("text");
}

/** Sending is checked strictly. */
export function variance(texts: Writer<string>, both: Writer<string | number>): void {
  both satisfies Writer<string>;
  // @ts-expect-error: who holds it might write a number
  texts satisfies Writer<string | number>;
}

export async function channels(): Promise<void> {
  const channel = new StreamChannel<string>({ limit: 1 });
  channel.client() satisfies Reader<string>;
  (await channel.server()) satisfies Writer<string>;
  (await channel.serve((end) => end.write(["text"]))) satisfies void;
  // @ts-expect-error: a stream's body returns nothing
  await channel.serve(async () => "text");
}
