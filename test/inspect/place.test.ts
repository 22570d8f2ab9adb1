/** A stack as data: the nearest function of the user, its callers, and which part of the library stands between. */

import { describe, expect, test } from "vitest";

import { here, placeIn } from "../../src/inspect/place.ts";

const library = new URL("../../", import.meta.url).href;
/** Paths below the working directory are shown from there; these are not. */
const user = "file:///home/ann/app";

// In a browser, the development server has the files of the library elsewhere.
describe.runIf("process" in globalThis)("a stack as text", () => {
  test("V8: the nearest frame of the user, then its callers, sync or not", () => {
    const place = placeIn(`Error
    at Watched.enter (${library}src/inspect/watched.ts:10:20)
    at End.receive (${library}src/end.ts:150:12)
    at numbers (${user}/numbers.js:12:40)
    at Array.map (<anonymous>)
    at async Promise.all (index 1)
    at async main (${user}/main.js:3:5)
    at async ${user}/main.js:20:1`);
    expect(place).toMatchObject({
      at: "numbers (/home/ann/app/numbers.js:12:40)",
      callers: ["main (/home/ann/app/main.js:3:5)", "(module) (/home/ann/app/main.js:20:1)"],
      outermost: { name: "(module)" },
      piece: undefined,
      inside: false,
    });
  });

  test("V8: the built files of the library are the library's, too", () => {
    const place = placeIn(`Error
    at End.receive (${library}dist/end.js:150:12)
    at numbers (${user}/numbers.js:12:40)`);
    expect(place.at).toBe("numbers (/home/ann/app/numbers.js:12:40)");
  });

  test("V8: the piece that asks on the user's behalf", () => {
    const place = placeIn(`Error
    at End.next (${library}src/end.ts:1:1)
    at Source.next (${library}src/flow/parts/source.ts:1:1)
    at merge (${library}src/flow/merge.ts:1:1)
    at new Pipeline (${user}/pipeline.js:1:2)`);
    expect(place).toMatchObject({
      at: "Pipeline (/home/ann/app/pipeline.js:1:2)",
      piece: "merge",
      inside: true,
    });
  });

  test("V8: what runs for the library alone has no place", () => {
    const place = placeIn(`Error
    at End.next (${library}src/end.ts:1:1)
    at Source.next (${library}src/flow/parts/source.ts:1:1)
    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)`);
    expect(place).toMatchObject({ at: undefined, callers: [], outermost: undefined, inside: true });
  });

  test("V8: functions without a name, and modules", () => {
    const commonJs = placeIn(`Error
    at ${user}/app.js:2:3
    at Object.<anonymous> (/home/ann/app/app.cjs:1:13)
    at Module._compile (node:internal/modules/cjs/loader:1929:14)`);
    expect(commonJs.at).toBe("/home/ann/app/app.js:2:3");
    expect(commonJs.callers).toEqual(["(module) (/home/ann/app/app.cjs:1:13)"]);
    const timer = placeIn(`Error
    at Timeout._onTimeout (${user}/app.js:6:30)
    at listOnTimeout (node:internal/timers:685:17)`);
    expect(timer.at).toBe("Timeout._onTimeout (/home/ann/app/app.js:6:30)");
  });

  test("Firefox and Safari: what their stacks tell", () => {
    const place = placeIn(`receive@${library}src/end.ts:150:12
numbers@https://ann.example/numbers.js:12:40
async*main@https://ann.example/main.js:3:5
@https://ann.example/main.js:20:1`);
    expect(place.at).toBe("numbers (https://ann.example/numbers.js:12:40)");
    expect(place.callers).toEqual([
      "main (https://ann.example/main.js:3:5)",
      "(module) (https://ann.example/main.js:20:1)",
    ]);
  });

  test("no stack, no place", () => {
    expect(placeIn("")).toMatchObject({ at: undefined, callers: [], frames: "" });
  });

  test("the frames of the user as they are, for the stack of an error", () => {
    const place = placeIn(`Error
    at End.receive (${library}src/end.ts:150:12)
    at numbers (${user}/numbers.js:12:40)
    at async main (${user}/main.js:3:5)`);
    expect(place.frames).toBe(`    at numbers (${user}/numbers.js:12:40)
    at async main (${user}/main.js:3:5)`);
  });
});

// Stacks of the engine that runs this.
const v8 = "captureStackTrace" in Error && !("Bun" in globalThis);

test.runIf(v8)("here is where it is called, time and again", () => {
  function somewhere() {
    return here().at;
  }
  const [first, second] = [0, 1].map(() => somewhere());
  expect(first).toMatch(/^somewhere \(.*place\.test\.ts:\d+:\d+\)$/);
  expect(second).toBe(first);
});

test.runIf(v8)("how stacks are made is left as it was", () => {
  const before = { limit: Error.stackTraceLimit, prepare: Error.prepareStackTrace };
  here();
  expect({ limit: Error.stackTraceLimit, prepare: Error.prepareStackTrace }).toEqual(before);
});
