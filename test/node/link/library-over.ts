/** The library, with far ends over the chosen transport: what `?over` gives to test files in place of `coroutine-channels`. */
import { libraryOf } from "../../link/library-of.ts";
import { farService, farStream } from "./ends-over.ts";

export * from "coroutine-channels";

export const { Channel, StreamChannel, produce } = libraryOf({
  service: farService,
  stream: farStream,
});
