/** What users can see changes only on purpose: `npm run api` accepts a change. */

import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { publicSurfaces } from "../../scripts/declarations.ts";
import { root } from "../../scripts/project.ts";

const surfaces = publicSurfaces();

test("api/ has a file for each entry point", () => {
  const files = readdirSync(`${root}api`);
  expect(files.toSorted()).toEqual([...surfaces.keys()].map((stem) => `${stem}.txt`).toSorted());
});

test.each([...surfaces])("the surface of %s is the accepted one", (stem, surface) => {
  expect(surface).toBe(readFileSync(`${root}api/${stem}.txt`, "utf8"));
});
