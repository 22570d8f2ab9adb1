/** Calls that a session has under way when something happens to it. */
import type { Session } from "coroutine-channels/link";
import { expect } from "vitest";

import type { Services } from "./programs/services.ts";

/** What a call rejects with, or resolves to. */
export const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => error,
  );

/** All of a session's calls: one that waits, and a channel and a stream that are at work. */
export async function busy(session: Session<Services>): Promise<() => Promise<unknown[]>> {
  const numbers = session.client("numbers");
  const items = session.reader("items", undefined, { prefetch: 16 });
  expect(await numbers.receive()).toBe(0);
  expect(await items.read(3)).toEqual([0, 1, 2]);
  const never = session.client("busy");
  const waiting = failure(never.next());
  return () =>
    Promise.all([
      waiting,
      failure(numbers.receive()),
      failure(items.read().then(() => items.read())),
    ]);
}
