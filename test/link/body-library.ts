/** The library, with each server end that of a body: what `?body` gives to test files in place of `coroutine-channels`. */
import * as library from "coroutine-channels";

import { libraryOf } from "./library-of.ts";

export * from "coroutine-channels";

export const { Channel, StreamChannel, produce } = libraryOf({
  service: library.produce,
  stream<T>(
    body: (writer: library.Writer<T>) => void | PromiseLike<void>,
    options?: library.ChannelOptions,
  ) {
    const channel = new library.StreamChannel<T>(options);
    // Its error is told to the reader.
    channel.serve(body).catch(() => {});
    return channel.client();
  },
});
