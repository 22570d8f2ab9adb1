/** `npm run size`: what an import costs a user's page, bundled, minified and compressed. */

import { gzipSync } from "node:zlib";

import { rolldown } from "rolldown";

import { root } from "./project.ts";

interface Budget {
  readonly what: string;
  readonly program: string;
  /** In bytes. */
  readonly limit: number;
  /** What is counted besides packages: all that is imported, if nothing is said. */
  readonly counted?: RegExp;
}

const main = (what: string, names: string, limit: number): Budget => ({
  what,
  program: `export ${names} from "./src/index.ts";`,
  limit,
});

/** What an entry adds to a page that has the main entry and, if it is a link, `./link`. */
const added = (entry: string, limit: number): Budget => ({
  what: `./${entry} adds`,
  program: `export * from "./src/${entry}.ts";`,
  limit,
  counted: new RegExp(`/src/(?:${entry}(?:\\.ts|/)|adapters/)`),
});

const core = "Channel, produce, ChannelClosed, ChannelOverflow";

const budgets: Budget[] = [
  main("the core", `{ ${core} }`, 4350),
  main("with serveAll", `{ ${core}, serveAll }`, 4900),
  main("with streams", `{ ${core}, StreamChannel }`, 7450),
  main("everything", "*", 11650),
  added("web", 4300),
  added("node", 2600),
  added("link", 8700),
  added("port", 1500),
  added("socket", 4600),
  added("nats", 2000),
];

async function gzippedSize({ program, counted }: Budget): Promise<number> {
  const entry = `${root}size-of-this.ts`; // a module that exists in memory only
  const bundle = await rolldown({
    input: entry,
    platform: "neutral",
    external: (id, importer, resolved) =>
      /^node:|^@/.test(id) ||
      (resolved && counted !== undefined && importer !== undefined && !counted.test(id)),
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? program : null),
      },
    ],
  });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  return gzipSync(output[0].code, { level: 9 }).length;
}

const kB = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`.padStart(8);

console.log(`${"import".padEnd(13)}     gzip    limit`);
for (const budget of budgets) {
  const size = await gzippedSize(budget);
  const verdict = size > budget.limit ? "  too big" : "";
  console.log(`${budget.what.padEnd(13)} ${kB(size)} ${kB(budget.limit)}${verdict}`);
  if (size > budget.limit) process.exitCode = 1;
}
