/** The library, with far ends in place of near ones: what `?far` gives to test files in place of `coroutine-channels`. */
import { farService, farStream } from "./by-reference.ts";
import { libraryOf } from "./library-of.ts";

export * from "coroutine-channels";

export const { Channel, StreamChannel, produce } = libraryOf({
  service: farService,
  stream: farStream,
});
