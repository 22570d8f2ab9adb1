/** The packed package works in an empty project: its modules load, a bundle has those it needs, and its types are sound. */

import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";

import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { entryPoints } from "../../scripts/entry-points.ts";
import { root, runTool } from "../../scripts/project.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { type Packed, packAndInstall } from "../support/packed.ts";

const entries = entryPoints();
let packed: Packed;

beforeAll(() => {
  packed = packAndInstall();
}, 60_000);
afterAll(() => packed.remove());

/** Runs a module in the installed project, on the runtime that runs this test. */
function runModule(name: string, code: string): string {
  const file = join(packed.project, name);
  writeFileSync(file, code);
  const args = "Deno" in globalThis ? ["run", "-A", file] : [file];
  return execFileSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
}

describe("the packed package", () => {
  test("contains what it should, and nothing else", () => {
    const folder = join(packed.project, "node_modules/coroutine-channels");
    const files = readdirSync(folder).toSorted();
    expect(files).toEqual([
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "apps",
      "bench",
      "dist",
      "docs",
      "examples",
      "package.json",
      "src",
    ]);
  });

  test("installs nothing else", () => {
    const installed = readdirSync(join(packed.project, "node_modules"));
    expect(installed.filter((name) => !name.startsWith("."))).toEqual(["coroutine-channels"]);
  });

  test.each(entries)("$name loads", ({ name }) => {
    const code = `import * as all from "${name}"; console.log(Object.keys(all).length > 0);`;
    expect(runModule("load.mjs", code).trim()).toBe("true");
  });

  test("carries an item", () => {
    const code = `
      import { produce } from "coroutine-channels";
      for await (const item of produce((server) => server.send("delivered"))) console.log(item);`;
    expect(runModule("carry.mjs", code).trim()).toBe("delivered");
  });

  test("has what its documents link to", () => {
    const folder = join(packed.project, "node_modules/coroutine-channels");
    const documents = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".md"),
    );
    const missing = documents.flatMap((document) =>
      Array.from(
        readFileSync(join(folder, document), "utf8").matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g),
        ([, target = ""]) => join(folder, document, "..", target),
      ).filter((path) => !existsSync(path)),
    );
    expect(documents).toContain("README.md");
    expect(missing).toEqual([]);
  });

  // Node's way to load a module by `require` is what the documents speak of.
  test.runIf("v8" in process.versions && !("Deno" in globalThis))("can be required", () => {
    const code = `
      const { Channel } = require("coroutine-channels");
      console.log(typeof Channel);`;
    expect(runModule("require.cjs", code).trim()).toBe("function");
  });

  test("has no other way in", () => {
    const code = `
      import("coroutine-channels/dist/index.js").catch(() => console.log("refused"));`;
    expect(runModule("deep.mjs", code).trim()).toBe("refused");
  });
});

// The checks of files give the same answer whatever runs them: once is enough.
const once = "v8" in process.versions && !("Deno" in globalThis);
/** With `await using`, too. */
const runsTypeScript = Number.parseInt(process.versions.node) >= 24;

describe.runIf(once)("the programs of its README", () => {
  const folder = () => join(packed.project, "node_modules/coroutine-channels");
  const programs = codeBlocks("README.md", readFileSync(`${root}README.md`, "utf8"));

  test.runIf(runsTypeScript).each(programs)("line $line", ({ line, code, expected, broken }) => {
    expect(readFileSync(join(folder(), "README.md"), "utf8")).toContain(code);
    const file = join(packed.project, `readme-${line}.ts`);
    writeFileSync(file, code);
    const { stdout, status } = spawnSync(process.execPath, [file], {
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
    if (!broken) expect(status).toBe(0);
  });
});

describe.runIf(once)("a bundle", () => {
  /** The package's modules of which a bundle of an application has a part, as `core/call.js`. */
  async function bundled(program: string): Promise<string[]> {
    const input = join(packed.project, "application.mjs");
    writeFileSync(input, program);
    const bundle = await rolldown({ input, platform: "neutral", external: /^node:/ });
    const { output } = await bundle.generate();
    await bundle.close();
    const dist = join(packed.project, "node_modules/coroutine-channels/dist/");
    return Object.entries(output[0].modules)
      .filter(([id, { renderedLength }]) => id !== input && renderedLength > 0)
      .map(([id]) => id.replace(dist, ""))
      .toSorted();
  }

  const channel = /^(?:core\/[\w-]+|channel|channel-options|end)\.js$/;
  const piece = (name: string) =>
    new RegExp(
      `^(?:core/(?:abort|ask|async-generator|errors|platform|queue|settle)|flow/parts/[\\w-]+|flow/${name})\\.js$`,
    );
  const either = (...patterns: RegExp[]) => new RegExp(patterns.map((one) => one.source).join("|"));

  /** What a bundle may have of the package, by what is imported. */
  const needs: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
    "coroutine-channels": {
      Channel: channel,
      ChannelClosed: /^core\/errors\.js$/,
      produce: either(channel, /^produce\.js$/),
      serveAll: either(/^core\/[\w-]+\.js$/, /^serve-all\.js$/),
      StreamChannel: either(channel, /^stream\//),
      ...Object.fromEntries(
        [
          "abortable",
          "broadcast",
          "buffer",
          "callbacks",
          "cooperative",
          "distribute",
          "events",
          "merge",
          "select",
        ].map((name) => [name, piece(name)]),
      ),
    },
    "coroutine-channels/web": {
      fromReadableStream: either(channel, /^adapters\//, /^web\/from-readable-stream\.js$/),
      toEventStream: /^(?:adapters|web)\//,
      toReadableStream: /^(?:adapters|web)\//,
      toTransformStream: either(channel, /^(?:adapters|web)\//),
      toWritableStream: /^(?:adapters|web)\//,
    },
    "coroutine-channels/node": {
      fromReadable: either(channel, /^adapters\//, /^node\/(?:conventions|from-readable)\.js$/),
      toDuplex: /^(?:adapters\/|node\/|core\/errors\.js$)/,
      toReadable: /^(?:adapters|node)\//,
      toWritable: /^(?:adapters|node)\//,
    },
  };
  const imports = Object.entries(needs).flatMap(([entry, names]) =>
    Object.entries(names).map(([name, allowed]) => ({ entry, name, allowed })),
  );

  test.each(imports)(
    "of an application that imports $name has no more of the package than it needs",
    async ({ entry, name, allowed }) => {
      const program = `import { ${name} } from "${entry}"; console.log(${name});`;
      const modules = await bundled(program);
      expect(modules.length).toBeGreaterThan(0);
      expect(modules.filter((module) => !allowed.test(module))).toEqual([]);
    },
  );

  const INSPECT = "coroutine-channels/inspect";

  test.each(entries.filter(({ name }) => name !== INSPECT))(
    "of an application that uses nothing of $name has nothing of it",
    async ({ name }) => {
      expect(await bundled(`import "${name}";`)).toEqual([]);
    },
  );

  test("of an application that only imports inspect has it at work", async () => {
    expect(await bundled(`import "${INSPECT}";`)).toContain("inspect/watched.js");
  });
});

describe.runIf(once)("its types", () => {
  const settings = {
    nodenext: { module: "nodenext", moduleResolution: "nodenext" },
    "a bundler": { module: "esnext", moduleResolution: "bundler" },
  };
  const imports = (names: readonly string[]) =>
    names.map((name, index) => `export * as entry${index} from "${name}";\n`).join("");

  const onLanguage = `${imports(["coroutine-channels"])}
    import { Channel, type Client } from "coroutine-channels";
    const client: Client<string> = new Channel<string>().client();
    for await (const item of client) item.toUpperCase();
    // @ts-expect-error: an item is a string
    for await (const item of client) item.toFixed();`;

  const onWeb = `${imports(["coroutine-channels", "coroutine-channels/web"])}
    import { produce } from "coroutine-channels";
    import { fromReadableStream, toReadableStream } from "coroutine-channels/web";
    const stream: ReadableStream<number> = toReadableStream(produce<number>(() => {}));
    for await (const item of fromReadableStream(stream)) item.toFixed();`;

  const onPlatform = `${imports(entries.map(({ name }) => name))}
    import { Channel, produce } from "coroutine-channels";
    const { signal } = new AbortController();
    const channel = new Channel<number, string>({ signal });
    const generator: AsyncGenerator<number, void, string> = channel.client();
    await using server = await channel.server({ signal });
    const answer: string = await server.send(1, { signal });
    server.signal.addEventListener("abort", () => {}, { once: true });
    export const all = [generator, answer, produce(async () => 1)];`;

  // The optional peer of ./nats is not installed with the package.
  beforeAll(() => {
    const peer = join(packed.project, "node_modules/@nats-io");
    symlinkSync(join(root, "node_modules/@nats-io"), peer, "junction");
  });

  function check(name: string, program: string, options: object): void {
    const folder = join(packed.project, name.replaceAll(/\W+/g, "-"));
    if (!existsSync(folder)) mkdirSync(folder);
    writeFileSync(join(folder, "consumer.ts"), program);
    const compilerOptions = {
      target: "es2022",
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      ...options,
    };
    const config = { compilerOptions, files: ["consumer.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    runTool(process.env["TEST_TYPESCRIPT"] ?? "tsc", ["-p", folder]);
  }

  test.each(Object.entries(settings))(
    "are sound for %s, with no platform",
    (name, resolution) => {
      check(`language ${name}`, onLanguage, { ...resolution, lib: ["es2022"], types: [] });
    },
    30_000,
  );

  test.each(Object.entries(settings))(
    "are sound for %s, with DOM and nothing of Node's",
    (name, resolution) => {
      check(`web ${name}`, onWeb, { ...resolution, lib: ["es2022", "dom"], types: [] });
    },
    30_000,
  );

  test.each(Object.entries(settings))(
    "are sound for %s, with Node and no DOM",
    (name, resolution) => {
      check(`node ${name}`, onPlatform, {
        ...resolution,
        lib: ["esnext"],
        types: ["node"],
        typeRoots: [`${root}node_modules/@types`],
      });
    },
    30_000,
  );

  test.each(Object.entries(settings))(
    "are sound for %s, with DOM and Node",
    (name, resolution) => {
      check(`platform ${name}`, onPlatform, {
        ...resolution,
        lib: ["esnext", "dom"],
        types: ["node"],
        typeRoots: [`${root}node_modules/@types`],
      });
    },
    30_000,
  );

  test("satisfy publint", () => {
    runTool("publint", ["run", "--strict", packed.tarball]);
  }, 30_000);

  test("satisfy attw", () => {
    runTool("attw", [packed.tarball, "--profile", "esm-only", "--no-emoji"]);
  }, 60_000);
});
