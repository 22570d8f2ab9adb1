/** Every example prints what its last comment says, so that what people read is what is tested. */

import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { run } from "./program.ts";

const folder = new URL("../../examples/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));

/** The lines of the block that `// Prints:` begins, at the end of the file. */
function expectedOutput(name: string): string {
  const source = readFileSync(new URL(name, folder), "utf8");
  const block = /\n\/\/ Prints:\n((?:\/\/.*\n)+)$/.exec(source)?.[1];
  if (block === undefined)
    throw new Error(`${name} must end with a comment that begins with "// Prints:"`);
  return block.replace(/^\/\/ ?/gm, "");
}

describe("examples", () => {
  test.each(names)("%s prints what it says", async (name) => {
    const { code, stdout, stderr } = await run(`examples/${name}`);
    expect({ stdout, stderr, code }).toEqual({ stdout: expectedOutput(name), stderr: "", code: 0 });
  });

  test("producer.ts has the consumer of generator.ts, and prints the same", () => {
    const [generator, producer] = ["generator.ts", "producer.ts"].map(
      (name) => readFileSync(new URL(name, folder), "utf8").split("// ---- The consumer ----")[1],
    );
    expect(generator).toContain("countdown(10)");
    expect(producer).toBe(generator);
  });
});
