/** Which test files a runtime leaves out, and why. Everything else runs everywhere. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export type Runtime = "node" | "older node" | "deno" | "bun" | "browser";

interface Exclusion {
  readonly files: string;
  readonly on: readonly Runtime[];
  readonly because: string;
  /** Where this is so, the files are not left out: what they need is there. */
  readonly unless?: () => boolean;
}

const installed = (program: string) => (): boolean => existsSync(program);

/** Whether anybody may have a network of their own, and a cable in it. */
function networks(): boolean {
  const cable = "PATH=$PATH:/usr/sbin ip link add name one type veth peer name two";
  const args = ["--map-root-user", "--net", "sh", "-c", cable];
  return spawnSync("unshare", args, { stdio: "ignore" }).status === 0;
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
    because: "it needs a browser, which npm run test:packages installs",
    unless: installed("/usr/bin/chromium"),
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
    because: "it needs a browser, which npm run test:packages installs",
    unless: installed("/usr/bin/chromium"),
  },
  {
    files: "test/node/{link/nats*,examples-nats}.test.ts",
    on: ["node", "older node", "deno", "bun"],
    because: "they need nats-server, which npm run test:packages installs",
    unless: installed("/usr/sbin/nats-server"),
  },
  {
    files: "test/node/link/partition.test.ts",
    on: ["node"],
    because:
      "it needs network namespaces, with `unshare` and `ip`: Linux has them, not every container",
    unless: networks,
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
    files:
      "test/node/{examples*,log-lanes*,link/partition,link/{worker,worker-suites},browser-example}.test.ts",
    on: ["older node", "deno", "bun"],
    because:
      "they start programs in TypeScript with `await using`, as Node does from version 24 on",
  },
  {
    files: "test/node/link/workers.test.ts",
    on: ["older node", "deno"],
    because: "its worker is in TypeScript, and gets the sources by `--import`",
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

function leftOut(runtime: Runtime): Exclusion[] {
  return exclusions.filter(({ on, unless }) => on.includes(runtime) && unless?.() !== true);
}

export function excludedFiles(runtime: Runtime): string[] {
  return leftOut(runtime).map(({ files }) => files);
}

/** What this machine lacks, and which tests are left out for that: to be said when the others have passed. */
export function lacking(runtime: Runtime): string[] {
  return leftOut(runtime)
    .filter(({ unless }) => unless !== undefined)
    .map(({ files, because }) => `Left out: ${files}: ${because}`);
}
