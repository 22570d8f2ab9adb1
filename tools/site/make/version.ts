/** The version that these pages are about. */

import { readFileSync } from "node:fs";

import { project } from "./folders.ts";

const manifest = JSON.parse(readFileSync(`${project}package.json`, "utf8")) as { version: string };

export const version: string = manifest.version;
