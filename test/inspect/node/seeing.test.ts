/** The screens of docs/seeing.md are what its programs print. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";

import { expect, onTestFinished, test } from "vitest";

import { root } from "../../../scripts/project.ts";
import { finished } from "../../node/program.ts";

const clock = new URL("still-clock.mjs", import.meta.url).href;
const useSource = new URL("../../node/use-source.mjs", import.meta.url).href;

const page = readFileSync(`${root}docs/seeing.md`, "utf8");
const hangs = [
  ...page.matchAll(/^### (.+)\n[^]*?```ts broken\n([^]*?)```[^]*?```text\n([^]*?)```/gm),
];

test("there are three", () => {
  expect(hangs).toHaveLength(3);
});

test.each(hangs.map(([, title, program, screen]) => ({ title, program, screen })))(
  "$title",
  async ({ program, screen }) => {
    const folder = mkdtempSync(join(tmpdir(), "seeing-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "app.ts"), program!);
    const imports = [useSource, clock, "coroutine-channels/inspect"];
    const child = spawn(
      process.execPath,
      [...imports.flatMap((each) => ["--import", each]), "app.ts"],
      { cwd: folder, env: { ...process.env, NODE_OPTIONS: "" } },
    );
    child.stdin.end();
    const { stderr } = await finished(child);
    // No time passes in the test, which a reader would wonder about.
    const expected = screen!.replaceAll("1 ms", "0 ms");
    expect(stderr.slice(0, expected.length)).toBe(expected);
  },
);
