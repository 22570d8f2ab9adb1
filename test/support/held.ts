import { getEventListeners } from "node:events";

import { expect } from "vitest";

import type { Watched } from "./garbage.ts";

/** What a user goes on holding of a source when what was made of it has ended. */
export interface Held {
  channel?: { readonly closed: boolean } | undefined;
  server?: unknown;
  readonly controller: AbortController;
}

/** Nothing but the source's channel is left, and that not either when it is let go. */
export async function expectNothingLeft(held: Held, watched: Watched): Promise<void> {
  expect(await watched.alive(1)).toBe(1);
  expect(held.channel?.closed).toBe(true);
  expect(getEventListeners(held.controller.signal, "abort")).toHaveLength(0);
  held.channel = held.server = undefined;
  expect(await watched.alive()).toBe(0);
  expect(held.controller).toBeInstanceOf(AbortController);
}
