/** The script of the page is built: what is checked in is what page.ts says. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { pageScript } from "../../../scripts/inline-page.ts";
import { root } from "../../../scripts/project.ts";
import { toHTML } from "../../../src/inspect/html.ts";

test("page-script.ts is up to date: npm run build", async () => {
  expect(readFileSync(`${root}src/inspect/page-script.ts`, "utf8")).toBe(await pageScript());
});

test("the page holds no more than the events and 5 kB of its own", () => {
  expect(gzipSync(toHTML([])).length).toBeLessThanOrEqual(5000);
});
