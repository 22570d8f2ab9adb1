/** Who waits for whom, in a circle. */

import { expect, test } from "vitest";

import type { ChannelEvent } from "../../src/inspect/events.ts";
import { circlesIn } from "../../src/inspect/circles.ts";
import { Knowledge, type Waiting } from "../../src/inspect/waits.ts";

interface Named {
  readonly name: string;
  readonly key?: string;
  readonly certain?: boolean;
}

/** Each body serves the channel of its number, and waits for the client end of another. */
function waitingOf(
  bodies: readonly Named[],
  waits: readonly (readonly [body: number, channel: number])[],
): Waiting[] {
  const knowledge = new Knowledge();
  const tell = (event: object, i?: number) => {
    const { name = "", key = name, certain = true } = bodies[i ?? 0] ?? {};
    const origin = i === undefined ? {} : { routine: { name, key, certain } };
    knowledge.apply({ t: 0, ...event } as ChannelEvent, origin);
  };
  bodies.forEach(({ name }, i) => {
    tell({ channel: i, type: "channel", name: `channel of ${name}` });
    tell({ channel: i, type: "body", end: "server", routine: name }, i);
  });
  waits.forEach(([body, channel], call) => {
    tell(
      { channel, type: "call", end: "client", call, op: "next", routine: bodies[body]!.name },
      body,
    );
  });
  return knowledge.waiting;
}

const names = (circles: readonly (readonly Waiting[])[]) =>
  circles.map((circle) => circle.map(({ routine }) => routine?.name));
const bodies = (count: number): Named[] =>
  Array.from({ length: count }, (_, i) => ({ name: `b${i}` }));

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10])(
  "a ring of %i bodies is one circle, complete and in order",
  (count) => {
    const ring = Array.from({ length: count }, (_, i) => [i, (i + 1) % count] as const);
    const inOrder = bodies(count).map(({ name }) => name);
    expect(names(circlesIn(waitingOf(bodies(count), ring)))).toEqual([inOrder]);
    // In whatever order they have called, it begins with the call that waits longest.
    const turned = [...ring.slice(1), ring[0]!];
    expect(names(circlesIn(waitingOf(bodies(count), turned)))).toEqual([
      [...inOrder.slice(1), "b0"],
    ]);
  },
);

test("a ring of functions that are no bodies is one, too", () => {
  const functions = bodies(2).map((body) => ({ ...body, certain: false }));
  const ring = [
    [0, 1],
    [1, 0],
  ] as const;
  expect(names(circlesIn(waitingOf(functions, ring)))).toEqual([["b0", "b1"]]);
});

test("a circle begins with the call that waits longest, even if another leads there", () => {
  const waits = [
    [3, 1],
    [0, 1],
    [1, 2],
    [2, 0],
  ] as const;
  expect(names(circlesIn(waitingOf(bodies(4), waits)))).toEqual([["b0", "b1", "b2"]]);
});

test("two rings are two circles", () => {
  const circles = circlesIn(
    waitingOf(bodies(4), [
      [0, 1],
      [2, 3],
      [1, 0],
      [3, 2],
    ]),
  );
  expect(names(circles)).toEqual([
    ["b0", "b1"],
    ["b2", "b3"],
  ]);
});

test("who waits for a ring is no part of it", () => {
  const circles = circlesIn(
    waitingOf(bodies(4), [
      [3, 2],
      [2, 0],
      [0, 1],
      [1, 0],
    ]),
  );
  expect(names(circles)).toEqual([["b0", "b1"]]);
});

test("a chain is no circle", () => {
  expect(
    circlesIn(
      waitingOf(bodies(4), [
        [0, 1],
        [1, 2],
        [2, 3],
      ]),
    ),
  ).toEqual([]);
});

test("no circle leads through a routine in which several calls wait", () => {
  expect(
    circlesIn(
      waitingOf(bodies(3), [
        [0, 1],
        [1, 0],
        [1, 2],
      ]),
    ),
  ).toEqual([]);
});

test("a body that waits for itself is a circle; a function that seems to is none", () => {
  expect(names(circlesIn(waitingOf([{ name: "b" }], [[0, 0]])))).toEqual([["b"]]);
  expect(circlesIn(waitingOf([{ name: "b", certain: false }], [[0, 0]]))).toEqual([]);
});

test("two bodies of one name are two", () => {
  const two = [
    { name: "b", key: "b 1" },
    { name: "b", key: "b 2" },
  ];
  expect(
    names(
      circlesIn(
        waitingOf(two, [
          [0, 1],
          [1, 0],
        ]),
      ),
    ),
  ).toEqual([["b", "b"]]);
  expect(
    circlesIn(
      waitingOf(
        [{ name: "b" }, { name: "b" }],
        [
          [0, 1],
          [1, 0],
        ],
      ),
    ),
  ).toEqual([]);
});

test("a server that waits for a request waits for who uses the client", () => {
  const knowledge = new Knowledge();
  const call = (channel: number, end: "client" | "server", number: number, name: string) => {
    const routine = { name, key: name, certain: true };
    const event = {
      t: 0,
      channel,
      type: "call",
      end,
      call: number,
      op: "send",
      routine: name,
    } as const;
    knowledge.apply(event, { routine });
  };
  const answer = (channel: number, end: "client" | "server", number: number) =>
    knowledge.apply({ t: 0, channel, type: "answer", end, call: number, how: "item" });
  call(1, "client", 1, "reader");
  answer(1, "client", 1);
  call(1, "server", 2, "writer");
  call(2, "server", 3, "writer's other hand");
  answer(2, "server", 3);
  knowledge.apply(
    { t: 0, channel: 2, type: "body", end: "server", routine: "writer" },
    { routine: { name: "writer", key: "writer", certain: true } },
  );
  call(2, "client", 4, "reader");
  expect(names(circlesIn(knowledge.waiting))).toEqual([["writer", "reader"]]);
});
