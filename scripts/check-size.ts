/** `npm run size`: what an import costs a user's page, bundled, minified and compressed. */

import { gzipSync } from "node:zlib";

import { rolldown } from "rolldown";

import { root } from "./project.ts";

interface Budget {
  readonly what: string;
  readonly program: string;
  readonly limit: number;
}

const budgets: Budget[] = [
  {
    what: "the core",
    program: `export { Channel, produce, ChannelClosed, ChannelOverflow } from "./src/index.ts";`,
    limit: 3000,
  },
  {
    what: "with streams",
    program: `export { Channel, produce, ChannelClosed, ChannelOverflow, StreamChannel } from "./src/index.ts";`,
    limit: 4950,
  },
  { what: "everything", program: `export * from "./src/index.ts";`, limit: 7900 },
  { what: "only ./web", program: `export * from "./src/web.ts";`, limit: 3800 },
  { what: "only ./port", program: `export * from "./src/port.ts";`, limit: 1500 },
  { what: "only ./socket", program: `export * from "./src/socket.ts";`, limit: 4000 },
  { what: "only ./nats", program: `export * from "./src/nats.ts";`, limit: 2000 },
  { what: "only ./link", program: `export * from "./src/link.ts";`, limit: 7000 + 4950 },
  { what: "only ./node", program: `export * from "./src/node.ts";`, limit: 1050 },
];

async function gzippedSize(program: string): Promise<number> {
  const entry = `${root}size-of-this.ts`; // a module that exists in memory only
  const bundle = await rolldown({
    input: entry,
    platform: "neutral",
    external: /^node:/,
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

console.log(`${"import".padEnd(12)}     gzip    limit`);
for (const { what, program, limit } of budgets) {
  const size = await gzippedSize(program);
  const verdict = size > limit ? "  too big" : "";
  console.log(`${what.padEnd(12)} ${kB(size)} ${kB(limit)}${verdict}`);
  if (size > limit) process.exitCode = 1;
}
