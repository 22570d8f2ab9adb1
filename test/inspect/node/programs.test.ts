/** Real programs that hang, and what they say at their end, as golden text; and programs that end well, and say nothing. */

import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { finished, type Start, start } from "../../node/program.ts";

const folder = "test/inspect/programs/";
const clock = new URL("still-clock.mjs", import.meta.url).href;
const inspect = ["--expose-gc", "--import", clock, "--import", "coroutine-channels/inspect"];

async function end(name: string, options: Start = {}) {
  const cwd = new URL("../programs/", import.meta.url).pathname;
  const child = start(folder + name, { nodeOptions: inspect, cwd, ...options });
  child.stdin.end();
  return finished(child);
}

const hangs = readdirSync(new URL("../programs/", import.meta.url)).filter(
  (name) => name.endsWith(".mjs") && !["short.mjs", "well.mjs"].includes(name),
);

test.each(hangs)("%s", async (name) => {
  const { code, stderr } = await end(name);
  expect(code).toBe(0);
  await expect(stderr).toMatchFileSnapshot(`../golden/${name.replace("mjs", "txt")}`);
});

test("a program that ends well says nothing", async () => {
  expect(await end("well.mjs")).toMatchObject({ code: 0, stderr: "" });
});

test("without it, no program says anything", async () => {
  expect(await end("deadlock.mjs", { nodeOptions: [] })).toMatchObject({ code: 0, stderr: "" });
});
