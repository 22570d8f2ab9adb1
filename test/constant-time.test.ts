/**
 * O(1), counted and not timed: how many links of the queue a transition touches does not depend on how many calls wait there
 * (G17). The calls here count each look at their links.
 */
import { describe, expect, test } from "vitest";

import {
  CLIENT,
  createCall,
  NEXT,
  OPEN,
  PUT,
  RECEIVE,
  RETURN,
  SEND,
  SERVER,
} from "../src/core/call.ts";
import type { Call, Kind, Side } from "../src/core/call.ts";
import { Rendezvous } from "../src/core/rendezvous.ts";

let touched = 0;

class CountedCall implements Call {
  side: Side;
  kind: Kind;
  value: unknown;
  readonly settle = (): void => {};
  readonly answered = undefined;
  #next: Call | undefined;
  #previous: Call | undefined;

  constructor(side: Side, kind: Kind, value: unknown) {
    this.side = side;
    this.kind = kind;
    this.value = value;
  }

  get next(): Call | undefined {
    touched++;
    return this.#next;
  }
  set next(call: Call | undefined) {
    touched++;
    this.#next = call;
  }
  get previous(): Call | undefined {
    touched++;
    return this.#previous;
  }
  set previous(call: Call | undefined) {
    touched++;
    this.#previous = call;
  }
}

interface Crowd {
  readonly meeting: Rendezvous;
  readonly side: Side;
  readonly other: Side;
  readonly calls: Call[];
}

/** An open channel in which so many calls of one end wait. */
function crowd(side: Side, count: number): Crowd {
  const meeting = new Rendezvous(Infinity, undefined);
  meeting.open(createCall(SERVER, OPEN, undefined));
  meeting.enter(createCall(CLIENT, NEXT, undefined));
  if (side === CLIENT) meeting.enter(createCall(SERVER, NEXT, 0));
  const calls = Array.from({ length: count }, (_, i) => new CountedCall(side, SEND, i));
  for (const call of calls) meeting.enter(call);
  return { meeting, side, other: side === CLIENT ? SERVER : CLIENT, calls };
}

/** Acts that leave a crowd a crowd, each on other calls of it. */
const acts: Record<string, (crowd: Crowd) => void> = {
  "the first in the queue is cancelled": ({ meeting, calls }) =>
    meeting.cancel(calls[1]!, "reason"),
  "one in the middle is cancelled": ({ meeting, calls }) =>
    meeting.cancel(calls[calls.length >> 1]!, "reason"),
  "the last is cancelled": ({ meeting, calls }) => meeting.cancel(calls.at(-1)!, "reason"),
  "one more comes": ({ meeting, side }) => meeting.enter(new CountedCall(side, SEND, 1)),
  "the other end sends": ({ meeting, other }) => meeting.enter(new CountedCall(other, SEND, 1)),
  "the other end asks": ({ meeting, other }) =>
    meeting.enter(new CountedCall(other, RECEIVE, undefined)),
  "the other end puts": ({ meeting, other }) => meeting.enter(new CountedCall(other, PUT, 1)),
};

const touchedBy = (act: () => void): number => {
  touched = 0;
  act();
  return touched;
};

describe.each([
  ["client", CLIENT],
  ["server", SERVER],
] as const)("where many calls of the %s wait", (_, side) => {
  const few = crowd(side, 1_000);
  const many = crowd(side, 100_000);

  test.each(Object.entries(acts))(
    "as many links are touched among 100,000 as among 1,000 when %s",
    (_name, act) => {
      const among = [few, many].map((one) => touchedBy(() => act(one)));
      expect(among[1]).toBe(among[0]);
      expect(among[0]).toBeLessThan(50);
    },
  );

  test("leaving touches each link a few times", () => {
    for (const one of [few, many]) {
      const leave = (): void => one.meeting.enter(new CountedCall(CLIENT, RETURN, undefined));
      expect(touchedBy(leave)).toBeLessThan(20 * one.calls.length);
    }
  });
});
