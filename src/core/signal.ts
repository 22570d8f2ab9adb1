import type { Side } from "./call.ts";
import type { Life } from "./life.ts";
import { platform } from "./platform.ts";
import type { AbortSignal } from "./platform.ts";

/** Makes the signal of an end, which aborts when that has nobody to talk to any more. */
export function createSignal(life: Life, side: Side): AbortSignal {
  const controller = new platform.AbortController();
  const { signal } = controller;
  (life.watchers ??= {})[side] = controller;
  life.announce(side);
  if (signal.aborted) void announceLate(signal);
  return signal;
}

/** Whoever listens without a look at `aborted` hears of an abort that came before the signal was first read, too. */
async function announceLate(signal: AbortSignal): Promise<void> {
  await undefined;
  (signal as unknown as { dispatchEvent(event: unknown): void }).dispatchEvent(
    new platform.Event("abort"),
  );
}
