/** Every kind of page, wide and narrow, light and dark. */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { addressOf } from "../make/address.ts";
import { built } from "../make/folders.ts";
import { allPrograms } from "../make/programs.ts";
import { useSite } from "./browser.ts";
import { printedLines, status } from "./playground.ts";

const kinds = [
  "",
  "introduction.html",
  "docs/which-one.html",
  "docs/semantics.html",
  "docs/design.html",
  "docs/flow/select.html",
  "examples.html",
  "source/examples/agent.ts.html",
  "source/apps/log-lanes/index.html",
  "api/index.html",
  "api/index/classes/Channel.html",
  "api/web/functions/toReadableStream.html",
  "benchmark.html",
  "changelog.html",
  "contributing.html",
  "playground.html",
];

describe("pages", () => {
  const site = useSite();

  for (const [width, colorScheme] of [
    [1280, "light"],
    [390, "dark"],
  ] as const) {
    test(`${width} pixels wide and ${colorScheme}, they fit, and ask no other host for anything`, async () => {
      const viewport = { width, height: 844 };
      const { page, complaints, close } = await site.visit("", { viewport, colorScheme });
      const start = page.url();
      for (const path of kinds) {
        await page.goto(start + path);
        await page.locator("h1").first().waitFor();
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(needed <= width, `${path} is ${needed} pixels wide`);
        assert.deepEqual(complaints, [], path);
      }
      await close();
    });
  }

  test("search finds a function, by keyboard alone", async () => {
    const { page, complaints, close } = await site.visit("introduction.html");
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("ControlOrMeta+k");
    await page.locator(".VPLocalSearchBox input").waitFor();
    await page.keyboard.type("toWritableStream");
    await page.locator(".results .result").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/toWritableStream|adapters/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("the first thing that a keyboard reaches is a way to the content", async () => {
    const { page, close } = await site.visit("introduction.html");
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    assert.match((await focused.textContent()) ?? "", /skip to content/i);
    await close();
  });

  test("every program has a button on some page, and nothing else has", () => {
    const buttons = globSync("**/*.html", { cwd: built }).flatMap((file) =>
      Array.from(
        readFileSync(built + file, "utf8").matchAll(/class="run" href="[^"#]*(#[^"]+)"/g),
        ([, address]) => address,
      ),
    );
    const programs = allPrograms().map(({ code }) => addressOf(code));
    assert.deepEqual(new Set(buttons), new Set(programs));
  });

  test("Run leads from a guide into the playground, with the program", async () => {
    const { page, close } = await site.visit("introduction.html");
    await page.getByRole("link", { name: "Run" }).first().click();
    await page.waitForURL(/playground/);
    await status(page, "ended");
    assert.deepEqual(await printedLines(page), ["Foo", "Bar"]);
    await close();
  });

  test("the first page runs its program at once", async () => {
    const { page, close } = await site.visit("");
    await status(page, "ended");
    assert.deepEqual(await printedLines(page), ["Foo", "Bar"]);
    await close();
  });

  test("Share puts what was written into the address, which brings it back", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    const program = `console.log("ä → 漢字", [1, 2]);`;
    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText(program);
    await page.getByRole("button", { name: "Share" }).click();
    await page.waitForFunction(() => location.hash.startsWith("#code="));
    const address = new URL(page.url());
    await close();

    const other = await site.visit(address.pathname.slice(1) + address.hash);
    await status(other.page, "ended");
    assert.deepEqual(await printedLines(other.page), ["ä → 漢字 [ 1, 2 ]"]);
    await other.close();
  });
});
