/** Sessions whose other side is the test. */
import { Session, type SessionOptions } from "coroutine-channels/link";

import { DrivenClock } from "./driven-clock.ts";
import { SilentLink } from "./silent-link.ts";

export interface Dialled {
  readonly clock: DrivenClock;
  readonly session: Session;
  readonly links: SilentLink[];
  /** When each was dialled. */
  readonly times: number[];
}

/** A session that dials, to the test. */
export function dialled(options: SessionOptions = {}, heartbeat?: number): Dialled {
  const clock = new DrivenClock(() => 1);
  const links: SilentLink[] = [];
  const times: number[] = [];
  const session = new Session(
    () => {
      const link = new SilentLink(heartbeat);
      links.push(link);
      times.push(clock.now());
      return link;
    },
    { clock, ...options },
  );
  return { clock, session, links, times };
}

export const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "no error",
    (error: unknown) => error,
  );
