import type { ChannelClosed, Server } from "../index.ts";
import type { Asking } from "./asking.ts";
import { ASK, LEAVE, THROW } from "./frame.ts";

/**
 * The body that serves the near channel of a far end: `yield*` over a link. What the client does goes out as a request,
 * and the answer is what the client gets.
 *
 * @param brings Whether the client's first request has brought something.
 */
export async function relay(
  server: Server<unknown, unknown, unknown>,
  asking: Asking,
  brings: boolean,
): Promise<unknown> {
  const first = brings ? await server.next() : undefined;
  // A client may have left before its body runs. The body begins nevertheless, as it does near.
  const early = server.signal.aborted ? await server.next() : undefined;
  let answering = asking.first(first?.value);
  // A leave is told at once, even if a request is under way.
  const leave = (): void => {
    server.signal.removeEventListener("abort", leave);
    asking.leave((early ?? (server.signal.reason as ChannelClosed)).value);
  };
  server.signal.addEventListener("abort", leave);
  if (server.signal.aborted) leave();
  for (;;) {
    const { value, done } = await answering;
    // The leave that has overtaken the request is heard here, too: what comes next answers it.
    if (asking.overtaken && early === undefined) await server.next();
    if (done) return value;
    const next = server.next(value);
    asking.whenLost((error) => void server.throw(error).catch(() => {}));
    answering = next.then(
      (result) => asking.request(result.done ? LEAVE : ASK, result.value),
      (error: unknown) => asking.request(THROW, error),
    );
  }
}
