/** What the benchmark's source says of its workloads and contenders: to load it would need its packages. */

import { existsSync, readFileSync } from "node:fs";

import { project } from "./folders.ts";

export function described(
  folder: "peers" | "workloads",
  name: string,
): { readonly title: string; readonly text: string } {
  const file = `${project}bench/${folder}/${name}.ts`;
  const source = existsSync(file) ? readFileSync(file, "utf8") : "";
  const field = (key: string) =>
    new RegExp(`\\b${key}:\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(source)?.[1]?.replaceAll('\\"', '"');
  return { title: field("title") ?? name, text: field("text") ?? "" };
}

export function titleOfContender(name: string): string {
  return described("peers", name).title;
}
