import { Channel } from "coroutine-channels";
const ticks = new Channel({ name: "ticks" });
void ticks.serve(async function tick(server) {
  for (let i = 0; ; i++) {
    try {
      await server.send(i);
    } catch {}
  }
});
async function watch() {
  for await (const i of ticks.client()) if (i === 3) break;
}
await watch();
