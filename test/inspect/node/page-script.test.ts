/** The script of the page is built: what is checked in is what page.ts says. */

import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { pageScript } from "../../../scripts/inline-page.ts";
import { root } from "../../../scripts/project.ts";

test("page-script.ts is up to date: npm run build", async () => {
  expect(readFileSync(`${root}src/inspect/page-script.ts`, "utf8")).toBe(await pageScript());
});
