/** Every program in the documentation does what is written next to it. */

import { describe, expect, onTestFinished, test } from "vitest";
import { programs } from "virtual:doctest";

import { printed } from "./support/printed.ts";
import { settled } from "./support/settled.ts";

function captureConsole(): string[] {
  const lines: string[] = [];
  const { log } = console;
  console.log = (...values) => {
    lines.push(...printed(values).split("\n"));
  };
  onTestFinished(() => {
    console.log = log;
  });
  return lines;
}

/**
 * A broken program may wait for ever, which is what it is there to show: it is over when it has
 * printed all that it should, and then has had time to print more. An error that ends it is printed.
 */
async function runBroken(
  run: () => Promise<unknown>,
  lines: string[],
  expected: number,
): Promise<void> {
  let over = false;
  run()
    .catch((error: unknown) => console.log("Uncaught", error))
    .finally(() => {
      over = true;
    });
  while (!over && lines.length < expected) await settled();
  for (let turn = 0; turn < 10; turn++) await settled();
}

describe("documentation", () => {
  // An empty list of programs is an error of its own.
  test("has programs", () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  test.each(programs)("$name prints what it says", async ({ run, broken, expected }) => {
    const lines = captureConsole();
    await (broken ? runBroken(run, lines, expected.length) : run());
    expect(lines).toEqual(expected);
  });
});
