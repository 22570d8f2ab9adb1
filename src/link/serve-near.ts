import { serve } from "../core/serving.ts";
import type { Servable } from "../core/serving.ts";
import type { AskingParty, Opener } from "./asking-party.ts";

/**
 * Serves a near channel by a relay to the other side. What the relay throws is told to the near client.
 *
 * @param party Is called when the near client has asked for something, even before the relay runs.
 */
export function serveNear(
  { life, createEnd }: Servable,
  opener: Opener,
  party: AskingParty,
  relay: (end: never) => Promise<unknown>,
): void {
  const open = (): never => {
    opener.called(party);
    return createEnd() as never;
  };
  serve(life, open, relay, undefined).catch(() => opener.giveUp(party));
}
