/** What the gap law has shown of streams, as small as it gets. */
import { StreamChannel } from "coroutine-channels";
import { expect, test } from "vitest";

import { settled } from "../support/settled.ts";

test.each(["fails", "ends"])(
  "kind 5: a call that a source makes while it %s does not overtake the one that asks it",
  async (how) => {
    const channel = new StreamChannel<number>();
    const reader = channel.client();
    const first = reader.next();
    const writer = await channel.server();
    let inner: Promise<unknown> | undefined;
    let asked = 0;
    const source = {
      next(): IteratorResult<number> {
        if (++asked === 1) return { value: 1, done: false };
        inner = reader.next();
        if (how === "fails") throw new Error("failure");
        return { value: undefined, done: true };
      },
    };
    writer.write({ [Symbol.iterator]: () => source }).catch(() => {});
    void writer.send(2);
    void writer.send(3);
    expect(await first).toEqual({ value: 1, done: false });
    const outer = reader.next();
    await settled();
    expect(await outer).toEqual({ value: 2, done: false });
    expect(await inner).toEqual({ value: 3, done: false });
  },
);
