/** Why a call waits: one sentence each. */

import { expect, test } from "vitest";

import type { ChannelEvent } from "../../src/inspect/events.ts";
import {
  awaitsFirstRequest,
  Knowledge,
  lookupIn,
  momentOf,
  titleOf,
  why,
} from "../../src/inspect/waits.ts";
import { eventsOf, type Written } from "./events-of.ts";

const letters = { type: "channel", name: "letters", at: "main (app.js:1:1)" } as const;
const serve = {
  type: "call",
  end: "server",
  call: 1,
  op: "serve",
  at: "main (app.js:2:2)",
} as const;
const body = { type: "body", end: "server", routine: "writeLetters" } as const;
const asked = {
  type: "call",
  end: "client",
  call: 2,
  op: "next",
  at: "read (app.js:3:3)",
  routine: "read",
} as const;
const begun = { type: "answer", end: "server", call: 1, how: "item", by: 2 } as const;
const send = {
  type: "call",
  end: "server",
  call: 3,
  op: "send",
  at: "writeLetters (app.js:4:4)",
  routine: "writeLetters",
} as const;
const received = { type: "answer", end: "client", call: 2, how: "item", by: 3 } as const;

function knowledgeOf(events: readonly ChannelEvent[]): Knowledge {
  const knowledge = new Knowledge();
  for (const event of events) knowledge.apply(event);
  return knowledge;
}

/** What is said of each call that waits, a second after the last event. */
function told(...events: readonly Written[]): Record<string, string> {
  const all = eventsOf(...events);
  const { waiting } = knowledgeOf(all);
  const lookup = lookupIn(waiting);
  const now = all.at(-1)!.t + 1000;
  return Object.fromEntries(
    waiting.map((one) => [titleOf(one), why(one, now, lookup).join(" | ")]),
  );
}

test("nobody serves the channel", () => {
  expect(told(letters, asked)).toEqual({
    "letters.client.next": "for a server. Nobody serves this channel.",
  });
});

test("a client that leaves a channel that nobody serves waits for a server, too", () => {
  expect(told(letters, { ...asked, op: "return" })).toEqual({
    "letters.client.return": "for a server. Nobody serves this channel.",
  });
});

test("the client was never asked", () => {
  expect(told(letters, serve)).toEqual({
    "letters.server.serve": "for a first request. The client was never asked for anything.",
  });
  expect(told(letters, { ...serve, op: "serveAll" }, body, { ...send, op: "put" })).toEqual({
    "letters.server.serveAll": "for a first request. The client was never asked for anything.",
    "letters.server.put": "for a first request. The client was never asked for anything.",
  });
});

test("the server has called nothing but serve", () => {
  expect(told(letters, serve, asked, begun, body)).toEqual({
    "letters.client.next":
      "for the next item. Its server last called serve at main (app.js:2:2), was answered 1.0 s ago, and has not called since.",
  });
});

test("the client has not called since", () => {
  expect(told(letters, serve, asked, begun, body, send, received)).toEqual({
    "letters.server.send":
      "for the next request. Its client last called next at read (app.js:3:3), was answered 1.0 s ago, and has not called since.",
  });
});

test("a call that was cancelled is no answer", () => {
  const cancelled = { type: "answer", end: "client", call: 2, how: "aborted" } as const;
  const { "letters.server.send": sentence } = told(letters, serve, asked, begun, cancelled, send);
  expect(sentence).toContain("last called next at read (app.js:3:3), cancelled it 1.0 s ago, and");
});

test("where a runtime tells no place, it is left out", () => {
  const { at: _, ...nowhere } = asked;
  const { "letters.server.send": sentence } = told(letters, serve, nowhere, begun, send, received);
  expect(sentence).toMatch(/^for the next request\. Its client last called next, was answered/);
});

test("the routine that should answer waits itself", () => {
  const other = {
    type: "call",
    channel: 2,
    end: "client",
    call: 9,
    op: "receive",
    routine: "writeLetters",
  } as const;
  expect(
    told(letters, serve, asked, begun, body, { ...letters, channel: 2, name: "words" }, other),
  ).toEqual({
    "letters.client.next": expect.stringMatching(
      / \| writeLetters waits in words\.client\.receive\.$/,
    ),
    "words.client.receive": "for a server. Nobody serves this channel.",
  });
});

test("of a routine in which several calls wait, nothing is said", () => {
  const other = {
    type: "call",
    channel: 2,
    end: "client",
    op: "receive",
    routine: "writeLetters",
  } as const;
  const sentences = told(
    letters,
    serve,
    asked,
    begun,
    body,
    { ...other, call: 9 },
    { ...other, call: 10 },
  );
  expect(sentences["letters.client.next"]).toMatch(/has not called since\.$/);
});

test("a body that goes on after its client has left", () => {
  const left = { ...asked, call: 4, op: "return", at: "watch (app.js:9:26)" } as const;
  const closed = { type: "answer", end: "server", call: 3, how: "closed", by: 4 } as const;
  const answered = { type: "answer", end: "client", call: 4, how: "item", by: 5 } as const;
  const events = [
    letters,
    serve,
    asked,
    begun,
    send,
    received,
    left,
    closed,
    { ...send, call: 5 },
    answered,
  ] as const;
  expect(told(...events)["letters.server.send"]).toBe(
    "for a request that cannot come. The client left at watch (app.js:9:26), and the body went on after its ChannelClosed.",
  );
});

test("a client that leaves, and waits for the body", () => {
  const left = { ...asked, call: 4, op: "return", at: "watch (app.js:9:26)" } as const;
  const closed = { type: "answer", end: "server", call: 3, how: "closed", by: 4 } as const;
  expect(
    told(letters, serve, asked, begun, send, received, left, closed)["letters.client.return"],
  ).toBe("for the body to end. It last called send at writeLetters (app.js:4:4).");
});

test("behind other calls of its end", () => {
  const sentences = told(
    letters,
    asked,
    { ...asked, call: 3, op: "receive" },
    { ...asked, call: 4, op: "send" },
  );
  expect(sentences["letters.client.receive"]).toBe("behind 1 call of the same end.");
  expect(sentences["letters.client.send"]).toBe("behind 2 calls of the same end.");
});

test("a channel whose beginning was not seen is known by its number", () => {
  expect(told({ ...asked, channel: 7 })).toEqual({
    "channel 7.client.next": "for a server. Nobody serves this channel.",
  });
});

test("to wait for a first request is no hang, unless the client has asked", () => {
  const exempt = (...events: readonly Written[]) =>
    knowledgeOf(eventsOf(...events)).waiting.map(awaitsFirstRequest);
  for (const op of ["server", "serve", "serveAll", "produce"]) {
    expect(exempt(letters, { ...serve, op })).toEqual([true]);
    expect(exempt(letters, { ...serve, op }, asked)).toEqual([false, false]);
  }
  expect(exempt(letters, asked)).toEqual([false]);
  expect(exempt(letters, { ...serve, op: "serveAll" }, { ...send, op: "put" })).toEqual([
    true,
    false,
  ]);
});

test("what was collected waits no longer", () => {
  expect(told(letters, asked, { type: "collected", end: "client", call: 2 })).toEqual({});
});

test("a channel that gets a name keeps its calls", () => {
  expect(told({ ...letters, name: "channel 1" }, asked, letters)).toEqual({
    "letters.client.next": "for a server. Nobody serves this channel.",
  });
});

test("a body of which only the beginning was seen", () => {
  expect(told(letters, body, asked)).toEqual({ "letters.client.next": "for the next item." });
  expect(told(letters, body, { ...asked, op: "return" })).toEqual({
    "letters.client.return": "for the body to end.",
  });
});

test("a server that was seen, though not its body", () => {
  const { routine: _, ...call } = send;
  expect(told(letters, call, asked)["letters.client.next"]).toBe(
    "for the next item. Its server last called send at writeLetters (app.js:4:4).",
  );
});

test("a client that throws waits for the body, too", () => {
  const heard = { type: "answer", end: "server", call: 3, how: "error", by: 4 } as const;
  const thrown = { ...asked, call: 4, op: "throw" } as const;
  expect(
    told(letters, serve, asked, begun, send, received, thrown, heard)["letters.client.throw"],
  ).toBe("for the body to end. It last called send at writeLetters (app.js:4:4).");
});

test("who called the function that left is told; where the runtime tells no place, it is left out", () => {
  const left = { ...asked, call: 4, op: "return" } as const;
  const knowledge = knowledgeOf(eventsOf(letters, serve, asked, begun));
  const [event, sending] = eventsOf(left, { ...send, call: 5 });
  const sentence = (callers: readonly string[], at: string | undefined) => {
    const { at: _, ...nowhere } = event as typeof event & { at: string };
    const call = (at === undefined ? nowhere : { ...nowhere, at }) as ChannelEvent;
    knowledge.apply(call, { callers });
    knowledge.apply(sending!);
    const waiting = knowledge.waiting.find(({ end }) => end === "server")!;
    return why(waiting, 0, () => undefined)[0];
  };
  expect(sentence(["main (app.js:1:1)", "(module) (app.js:9:9)"], "watch (app.js:3:3)")).toMatch(
    /^for a request that cannot come\. The client left at watch \(app\.js:3:3\) < main \(app\.js:1:1\), and the/,
  );
  expect(sentence([], undefined)).toMatch(
    /^for a request that cannot come\. The client left, and the/,
  );
});

test("the answer to an earlier call is not that of the last", () => {
  const later = { ...asked, call: 4, op: "receive", at: "again (app.js:5:5)" } as const;
  const sentences = told(letters, serve, asked, later, begun, send, received);
  expect(sentences["letters.server.send"]).toMatch(
    /^for the next request\. Its client last called receive at again \(app\.js:5:5\)\. \| /,
  );
});

test("calls are told in call order, whatever their channels", () => {
  const { waiting } = knowledgeOf(
    eventsOf(
      { ...asked, channel: 2, call: 3 },
      { ...asked, channel: 1, call: 4 },
      { ...asked, channel: 2, call: 5 },
    ),
  );
  expect(waiting.map(({ call }) => call)).toEqual([3, 4, 5]);
});

test("a routine may have begun to serve, and waits elsewhere", () => {
  for (const op of ["serve", "serveAll", "produce"]) {
    const begins = { ...serve, channel: 2, call: 8, op, routine: "writeLetters" } as const;
    const waits = { ...asked, channel: 3, call: 9, routine: "writeLetters" } as const;
    expect(told(letters, serve, asked, begun, body, begins, waits)["letters.client.next"]).toMatch(
      / \| writeLetters waits in channel 3\.client\.next\.$/,
    );
  }
});

test("calls of nobody in particular are not taken for one another's", () => {
  const { routine: _, ...nobody } = asked;
  const { waiting } = knowledgeOf(eventsOf(letters, nobody));
  expect(lookupIn(waiting)({ name: "undefined", key: "undefined", certain: false })).toBe(
    undefined,
  );
});

test("a call in words, as the page tells it", () => {
  const { waiting } = knowledgeOf(eventsOf(letters, asked));
  expect(momentOf(waiting, 0).waits[0]).toEqual({
    call: 2,
    t: 10_001,
    at: "read (app.js:3:3)",
    title: "letters.client.next",
    why: ["for a server. Nobody serves this channel."],
  });
});
