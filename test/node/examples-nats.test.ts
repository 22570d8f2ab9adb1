/** An example of examples/far that needs nats-server. */
import { expect, test } from "vitest";

import { run } from "./program.ts";

test("nats.ts: a consumer that is killed at work loses no order", async () => {
  const { code, stdout, stderr } = await run("examples/far/nats.ts");
  const lines = stdout.trim().split("\n");
  expect(lines).toContain("(Bob is killed)");
  expect(lines.at(-1)).toBe("40 of 40 orders were done");
  expect(new Set(lines.flatMap((line) => /^order (\d+): done by/.exec(line)?.[1] ?? []))).toEqual(
    new Set(Array.from({ length: 40 }, (_, i) => String(i + 1))),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
