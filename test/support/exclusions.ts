/** Which test files a runtime leaves out, and why. Everything else runs everywhere. */

import { existsSync } from "node:fs";

export type Runtime = "node" | "older node" | "deno" | "bun" | "browser";

interface Exclusion {
  readonly files: string;
  readonly on: readonly Runtime[];
  readonly because: string;
  /** A program: where it is installed, the files are not left out. */
  readonly unless?: string;
}

const exclusions: readonly Exclusion[] = [
  {
    files: "test/node/**",
    on: ["browser"],
    because: "these tests read files and start programs",
  },
  {
    files: "test/inspect/node/**",
    on: ["browser", "older node", "deno", "bun"],
    because: "these tests start programs in Node, with its options, and read what they print",
  },
  {
    files: "test/inspect/node/page.test.ts",
    on: ["node"],
    because: "it needs a browser, which npm run test:everywhere installs",
    unless: "/usr/bin/chromium",
  },
  {
    files: "test/two-copies.test.ts",
    on: ["browser"],
    because: "it loads the modules a second time, which a browser does not do",
  },
  {
    files: "test/node/browser-*.test.ts",
    on: ["deno", "bun"],
    because: "what drives the browser is made for Node",
  },
  {
    files: "test/node/{browser-*,link/browser}.test.ts",
    on: ["node", "older node"],
    because: "it needs a browser, which npm run test:everywhere installs",
    unless: "/usr/bin/chromium",
  },
  {
    files: "test/node/{link/nats*,examples-nats}.test.ts",
    on: ["node", "older node", "deno", "bun"],
    because: "they need nats-server, which npm run test:everywhere installs",
    unless: "/usr/sbin/nats-server",
  },
  {
    files: "test/node/agent-chat.test.ts",
    on: ["deno", "bun"],
    because: "the server of the agent is closed in Node's way",
  },
  {
    files: "test/node/{surface,layers,docs-types,project}.test.ts",
    on: ["deno", "bun"],
    because: "these tests are about the project's files, which Node has read already",
  },
  {
    files: "test/node/{examples*,log-lanes*,link/chaos,link/worker*,browser-example}.test.ts",
    on: ["older node", "deno", "bun"],
    because:
      "they start programs in TypeScript with `await using`, as Node does from version 24 on",
  },
  {
    files: "test/node/**/*leaks.test.ts",
    on: ["bun"],
    because: "it collects garbage by a function that `--expose-gc` gives, which Bun does not know",
  },
  {
    files: "test/node/counts.test.ts",
    on: ["bun"],
    because: "it counts promises with v8.promiseHooks, which Bun does not have",
  },
];

export function excludedFiles(runtime: Runtime): string[] {
  return exclusions
    .filter(({ on, unless }) => on.includes(runtime) && !(unless && existsSync(unless)))
    .map(({ files }) => files);
}
