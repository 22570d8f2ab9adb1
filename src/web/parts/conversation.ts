import { clientOfChannel, Conversation } from "../../adapters/conversation.ts";
import { ChannelClosed } from "../../index.ts";
import type { Channel } from "../../index.ts";
import { readableOf } from "./readable-of.ts";
import { writableOf } from "./writable-of.ts";

/** Makes the two streams of a channel that speaks both ways. */
export function streamsOfConversation<T, U>(
  channel: Channel<T, U, unknown>,
): ReadableWritablePair<T, U> {
  const client = clientOfChannel(channel);
  let conversation: Conversation<T, U>;
  let controller: WritableStreamDefaultController;
  /** Settle the write under way, which is done when more is wanted. */
  let accept = (): void => {};
  let refuse = (_reason: unknown): void => {};

  /** Nobody takes what is written any more. */
  const close = (reason: unknown): void => {
    controller.error(reason);
    refuse(reason);
  };

  const readable = readableOf<T>((stream) => {
    conversation = new Conversation<T, U>(client, {
      want: () => accept(),
      answered: () => {},
      give: (item) => stream.give(item),
      end() {
        close(client.signal.reason);
        stream.end();
      },
      fail(error) {
        close(error);
        stream.fail(error);
      },
    });
    return {
      ask: () => conversation.read(),
      leave(reason) {
        close(new ChannelClosed({ value: reason }));
        return conversation.leave(reason);
      },
    };
  });

  const written = (): Promise<void> =>
    new Promise((resolve, reject) => {
      accept = resolve;
      refuse = reject;
    });

  const writable = writableOf<U>({
    start(given) {
      controller = given;
      given.signal.addEventListener("abort", () => refuse(given.signal.reason));
    },
    open() {
      const wanted = written();
      conversation.advance();
      return wanted;
    },
    write(chunk) {
      const wanted = written();
      conversation.bring(chunk);
      return wanted;
    },
    close: () => conversation.finish(),
    abort: (reason) => conversation.abort(reason),
  });
  return { readable, writable };
}
