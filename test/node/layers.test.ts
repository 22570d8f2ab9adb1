/** Who may import whom: the core knows nobody, adapters know the public core only. */

import { readFileSync } from "node:fs";
import { posix } from "node:path";

import { parseSync } from "rolldown/utils";
import { describe, expect, test } from "vitest";

import { filesBelow } from "../../scripts/files.ts";
import { root } from "../../scripts/project.ts";
import { entryPoints } from "../../scripts/entry-points.ts";

const MAIN = "src/index.ts";
/** The build puts it, as text, into page-script.ts. */
const PAGE = "src/inspect/page.ts";

/** What a file imports, types included: files as paths from the project, all else by name. */
function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(root + file, "utf8"));
  expect(module.dynamicImports, `${file} imports at run time`).toEqual([]);
  const names = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ];
  return [...new Set(names)].map((name) =>
    name.startsWith(".") ? posix.join(posix.dirname(file), name) : name,
  );
}

const graph = new Map(filesBelow("src", ".ts").map((file) => [file, importsOf(file)]));
const edges = [...graph].flatMap(([from, all]) => all.map((to) => ({ from, to })));
const shown = (all: typeof edges) => all.map(({ from, to }) => `${from} -> ${to}`);

/** All that a file leads to, itself included. */
function reachable(from: string, found = new Set<string>()): Set<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const to of graph.get(from) ?? []) reachable(to, found);
  return found;
}

function cycles(): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || finished.has(file)) return;
    for (const to of graph.get(file) ?? []) visit(to, [...path, file]);
    finished.add(file);
  }
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** `src/web.ts` and `src/web/queue.ts` both belong to `web`. */
const partOf = (file: string) => /^src\/([^/.]+)/.exec(file)?.[1];

describe("src", () => {
  test("imports files that exist", () => {
    const missing = edges.filter(({ to }) => to.startsWith("src/") && !graph.has(to));
    expect(shown(missing)).toEqual([]);
  });

  test("has no circle of imports", () => {
    expect(cycles()).toEqual([]);
  });

  test("has a core that imports only itself and the errors", () => {
    const wrong = edges.filter(
      ({ from, to }) =>
        from.startsWith("src/core/") && !to.startsWith("src/core/") && to !== "src/errors.ts",
    );
    expect(shown(wrong)).toEqual([]);
  });

  test("has a main entry that needs no platform and no package", () => {
    const foreign = [...reachable(MAIN)].filter((name) => !graph.has(name));
    expect(foreign).toEqual([]);
  });

  const INSPECT = "src/inspect.ts";

  test("is looked at by inspect, which nobody imports", () => {
    const wrong = edges.filter(
      ({ from, to }) => partOf(from) !== "inspect" && partOf(to) === "inspect",
    );
    expect(shown(wrong)).toEqual([]);
  });

  test("has an inspect that needs no platform and no package", () => {
    expect([...reachable(INSPECT)].filter((name) => !graph.has(name))).toEqual([]);
  });

  /** What each part of the far ends may import, beside its own files: the links know nothing of channels. */
  const farParts: Readonly<Record<string, readonly string[]>> = {
    link: [MAIN, "src/core/", "src/stream/machine/"],
    port: ["src/link.ts"],
    socket: ["src/link.ts"],
    nats: ["src/link.ts", "src/socket/codec.ts"],
  };

  test("has far ends that import the main entry, the machines below it, and no others", () => {
    const wrong = edges.filter(({ from, to }) => {
      const allowed = farParts[partOf(from) ?? ""];
      if (allowed === undefined || !to.startsWith("src/") || partOf(to) === partOf(from))
        return false;
      return !allowed.some((prefix) => to.startsWith(prefix));
    });
    expect(shown(wrong)).toEqual([]);
  });

  test("has nothing else that knows of far ends", () => {
    const wrong = edges.filter(
      ({ from, to }) => (partOf(to) ?? "") in farParts && !((partOf(from) ?? "") in farParts),
    );
    expect(shown(wrong)).toEqual([]);
  });

  const adapters = entryPoints().filter(
    ({ source }) => source !== MAIN && source !== INSPECT && !((partOf(source) ?? "") in farParts),
  );

  test("has no file that no entry point needs", () => {
    const starts = [...entryPoints().map(({ source }) => source), PAGE];
    const needed = new Set(starts.flatMap((source) => [...reachable(source)]));
    expect([...graph.keys()].filter((file) => !needed.has(file))).toEqual([]);
  });

  test("has a page whose types of the DOM, which JSR refuses, nobody imports", () => {
    expect(shown(edges.filter(({ to }) => to === PAGE))).toEqual([]);
  });

  test("has adapters that import the main entry, their own files and no others", () => {
    // What the adapters of both kinds are made of is a part of its own.
    const parts = new Set([...adapters.map(({ source }) => partOf(source)), "adapters"]);
    const wrong = edges.filter(
      ({ from, to }) =>
        parts.has(partOf(from)) &&
        to.startsWith("src/") &&
        to !== MAIN &&
        partOf(to) !== "adapters" &&
        partOf(to) !== partOf(from),
    );
    expect(shown(wrong)).toEqual([]);
  });
});
