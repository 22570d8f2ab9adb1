/** The acts of those who hold web streams, for the gap law. */
import type { Run } from "./run.ts";

type Takes = (value: unknown) => readonly unknown[];

/**
 * A stream that has failed tells everybody who asks, again and again: that is the platform's way. So an error counts once
 * for each stream.
 */
export function toldOnce(): <T>(call: Promise<T>) => Promise<T | undefined> {
  const told = new Set<unknown>();
  return (call) =>
    call.catch((error: unknown) => {
      if (told.has(error)) return undefined;
      told.add(error);
      throw error;
    });
}

/** The acts of a reader: ask and leave. To leave may take a turn, in which it shows that a source is quiet. */
export function readerActs(
  run: Run,
  stream: ReadableStream<unknown>,
  takes: Takes = (item) => [item],
): Record<"ask" | "leave", () => void> {
  const once = toldOnce();
  const reader = stream.getReader();
  reader.closed.catch(() => {});
  return {
    ask: () =>
      run.watch("read()", once(reader.read()), {
        takes: (result) => (result?.done === false ? takes(result.value) : []),
      }),
    leave: () => run.watch("cancel()", once(reader.cancel()), { who: "leaving" }),
  };
}

/**
 * The acts of a writer: give, end and fail.
 *
 * @param tells Whether an error of a call counts as told: not so of one that the client gets back that threw it.
 */
export function writerActs(
  run: Run,
  stream: WritableStream<unknown>,
  { tells = true, closes = (_closed: Promise<void>): void => {} } = {},
): Record<"give" | "end" | "fail", () => void> {
  const once = toldOnce();
  const writer = stream.getWriter();
  writer.closed.catch(() => {});
  closes(writer.closed);
  writer.ready.catch(() => {});
  let closing = false;
  const who = "writer";
  return {
    give() {
      if (closing) return;
      run.watch("write()", once(writer.write(run.item())), { who, tells });
      writer.ready.catch(() => {});
    },
    end() {
      if (closing) return;
      closing = true;
      run.watch("close()", once(writer.close()), { who, tells });
    },
    fail() {
      // Known to whoever aborts; told to the write that waits, and to the reader.
      const error = run.error("the writer's error", { optional: () => true, most: 2 });
      run.watch("abort()", once(writer.abort(error)), { who, tells });
    },
  };
}

/** What the platform has against calls of a stream that has ended. */
export const complains = (error: unknown): boolean =>
  error instanceof TypeError && !error.message.startsWith("Could not");
