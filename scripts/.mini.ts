import { rolldown } from "rolldown";
import { gzipSync } from "node:zlib";
const root = process.argv[2] + "/";
async function size(program) {
  const entry = `${root}size-of-this.ts`;
  const bundle = await rolldown({ input: entry, platform: "neutral", external: /^node:/, plugins: [{ name: "p", resolveId: (id) => id === entry ? id : null, load: (id) => id === entry ? program : null }] });
  const { output } = await bundle.generate({ minify: true }); await bundle.close();
  return output[0].code;
}
const core = await size(`export { Channel, produce, ChannelClosed, ChannelOverflow } from "./src/index.ts";`);
const all = await size(`export { Channel, produce, ChannelClosed, ChannelOverflow, StreamChannel } from "./src/index.ts";`);
console.log(gzipSync(core,{level:9}).length, gzipSync(all,{level:9}).length, all.length - core.length);
if (process.argv[3]) console.log(all);
