import { iteratorOf } from "../adapters/iterator-of.ts";
import { Source } from "../adapters/source.ts";
import { comment, eventOf } from "./parts/event-format.ts";
import { readableOf } from "./parts/readable-of.ts";

/** Options of {@link toEventStream}. The functions are called with each item, in this order: `data`, `event`, `id`. */
export interface EventStreamOptions<T> {
  /** The content: a string as it is, anything else as JSON. The item itself by default. */
  data?: ((item: T) => unknown) | undefined;
  /** The name, for `addEventListener`. An event that has none is a `message`. */
  event?: ((item: T) => string | undefined) | undefined;
  /** What a browser that connects again sends as `Last-Event-ID`. An event that has none leaves that as it is. */
  id?: ((item: T) => string | number | undefined) | undefined;
  /** After how many milliseconds without an item a comment is sent, so that nothing on the way closes the connection. */
  heartbeat?: number | undefined;
}

/**
 * Makes server-sent events of what can be iterated, for the body of a `Response`: each item is one event, which an
 * `EventSource` in a browser receives.
 *
 * Nothing is asked of the source before somebody reads, one item at a time. A browser that leaves cancels the stream, and
 * that leaves the source at once, even while it is quiet. With a `heartbeat`, a server learns of a connection that is gone
 * while it has nothing to send. A comment is sent only when somebody waits to read, so that no more than one is ever
 * unread.
 *
 * The stream errors with the very error of the source, which a browser takes for a lost connection: it connects again.
 * What it is to be told must be an event. A name or an id with a line break or NUL in it, and what a function of the
 * options throws, error the stream and leave the source.
 *
 * @param source What to read from. It must not be iterated elsewhere at the same time.
 * @returns The stream, of bytes. The response needs the header `content-type: text/event-stream`.
 * @throws `TypeError` for what cannot be iterated, as a channel in place of its client end; `RangeError` for a
 *   `heartbeat` that is no time of at least a millisecond and at most 2147483647.
 *
 * @example
 * ```ts
 * import { produce } from "coroutine-channels";
 * import { toEventStream } from "coroutine-channels/web";
 *
 * const steps = produce<{ id: number; text: string }>(async (server) => {
 *   await server.send({ id: 1, text: "Hello" });
 *   await server.send({ id: 2, text: "world" });
 * });
 * const events = toEventStream(steps, { id: ({ id }) => id, data: ({ text }) => text, heartbeat: 15_000 });
 * const response = new Response(events, { headers: { "content-type": "text/event-stream" } });
 * console.log(await response.text());
 * // => id: 1
 * // => data: Hello
 * // =>
 * // => id: 2
 * // => data: world
 * // =>
 * // =>
 * ```
 */
export function toEventStream<T>(
  source: AsyncIterable<T> | Iterable<T>,
  options: EventStreamOptions<T> = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { heartbeat } = options;
  if (heartbeat !== undefined && !(heartbeat >= 1 && heartbeat < 2 ** 31)) {
    throw new RangeError(
      `Could not send a comment every ${heartbeat} ms: a heartbeat is a time from 1 to 2147483647`,
    );
  }
  const iterator = iteratorOf(source);
  const text = new TextEncoder();
  return readableOf((stream) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quiet = (): void => clearTimeout(timer);
    const items = new Source<T>(iterator, {
      give(item) {
        quiet();
        let event: string;
        try {
          event = eventOf(item, options);
        } catch (error) {
          items.leave(error).catch(() => {}); // as in a loop that throws, the first error counts
          stream.fail(error);
          return;
        }
        stream.give(text.encode(event));
      },
      end() {
        quiet();
        stream.end();
      },
      fail(error) {
        quiet();
        stream.fail(error);
      },
    });
    return {
      ask() {
        quiet(); // a stream may ask again before it is answered
        if (heartbeat !== undefined) {
          timer = setTimeout(() => stream.give(text.encode(comment)), heartbeat);
        }
        items.ask(); // which may end it at once
      },
      leave(reason) {
        quiet();
        return items.leave(reason);
      },
    };
  });
}
