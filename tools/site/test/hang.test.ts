/** A program that hangs is told why, and its hand-overs are drawn. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { useSite } from "./browser.ts";
import { printedLines, run, status } from "./playground.ts";

const deadlock = `import { Channel } from "coroutine-channels";

const left = new Channel<string>({ name: "left" });
const right = new Channel<string>({ name: "right" });
void left.serve(async function leftBody() { await right.client().next(); });
void right.serve(async function rightBody() { await left.client().next(); });
console.log("it begins");
await left.client().next();
console.log("it never ends");
`;

describe("the playground", () => {
  const site = useSite();

  test("reports who waits for whom when a program hangs", async () => {
    const { page, complaints, close } = await site.visit("playground.html");
    await status(page, "ended");
    await run(page, deadlock);
    await status(page, "hangs");
    assert.deepEqual(await printedLines(page), ["it begins"]);
    const report = await page.locator(".report").innerText();
    assert.match(report, /right\.client\.next since .*, at leftBody \(program\.ts:5:/);
    assert.match(report, /left\.client\.next since .*, at rightBody \(program\.ts:6:/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("draws a run while it goes on, as a picture that runs nothing", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    await run(
      page,
      `import { produce } from "coroutine-channels";

const ticks = produce<string>(async (server) => {
  for (let i = 1; ; i++) await server.send("tick " + i);
});
for await (const tick of ticks) await new Promise((resolve) => setTimeout(resolve, 50));
`,
    );
    const picture = page.locator(".diagram img");
    const drawn = () =>
      picture.evaluate((image: HTMLImageElement) => decodeURIComponent(image.src));
    await picture.waitFor();
    await page.waitForFunction(() =>
      document.querySelector<HTMLImageElement>(".diagram img")?.src.includes("tick%203"),
    );
    assert.match(await drawn(), /^data:image\/svg\+xml,<svg[^]*tick 1[^]*<\/svg>\s*$/);
    await status(page, "running");
    await page.getByRole("button", { name: "Stop" }).click();
    await status(page, "stopped");
    await close();
  });

  test("tells an error with its place", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    await run(page, `console.log(1);\n\nthrow new RangeError("too far");\n`);
    await status(page, "ended");
    const lines = await printedLines(page);
    assert.deepEqual(lines.slice(0, 2), ["1", "RangeError: too far"]);
    assert.match(lines[2]!, /program\.ts:3:/);
    await close();
  });
});
