import { brand } from "../core/errors.ts";

/**
 * Rejects the calls of far ends when their link is lost for good: there is none, it was closed, refused, silent for too
 * long, not resumed in time, or the other side broke the protocol. The message says which.
 *
 * It is no `ChannelClosed`: `ChannelClosed.ignore` must not hide that a link was lost.
 *
 * @example
 * ```ts
 * import { LinkClosed, Session } from "coroutine-channels/link";
 *
 * const session = new Session(() => Promise.reject(new Error("nobody there")), { grace: 0 });
 * await session.client("letters").receive().catch((error) => console.log(error instanceof LinkClosed)); // => true
 * ```
 */
export class LinkClosed extends Error {
  static {
    brand(this, "LinkClosed");
  }

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
