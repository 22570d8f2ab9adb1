/** Every program that the playground offers prints there what its page says. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { addressOf } from "../make/address.ts";
import { built } from "../make/folders.ts";
import type { Program } from "../make/programs.ts";
import { useSite, type Visit } from "./browser.ts";
import { printedLines, status } from "./playground.ts";

const programs = JSON.parse(readFileSync(`${built}playground/programs.json`, "utf8")) as Program[];

describe("in the playground", () => {
  const site = useSite();
  let visit: Visit;
  before(async () => {
    visit = await site.visit("playground.html");
    await status(visit.page, "ended");
  });
  after(() => visit.close());

  for (const { place, code, expected, broken } of programs) {
    test(`${place} prints what it says`, async () => {
      const { page } = visit;
      await page.evaluate((hash) => (location.hash = hash), addressOf(`// ${place}\n${code}`));
      await page
        .locator(".cm-line")
        .first()
        .filter({ hasText: `// ${place}` })
        .waitFor();
      const end = await status(page, "ended", "hangs");
      assert.deepEqual(await printedLines(page), expected);
      if (!broken) assert.match(end, /^ended/);
    });
  }
});
