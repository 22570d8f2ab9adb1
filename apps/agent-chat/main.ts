// `npm run agent`: starts the server, and lets the conversations end when it is stopped. `-- --watch` shows the channels at work.
import { scriptedModel } from "./scripted-model.ts";
import { startServer } from "./server.ts";

if (process.argv.includes("--watch")) {
  const { live } = await import("coroutine-channels/inspect");
  console.log(`Its channels are shown at ${(await live()).url}`);
}
const server = await startServer(scriptedModel(60), { port: Number(process.env["PORT"] ?? 0) });
console.log(`The agent listens at ${server.url} (Ctrl+C stops it)`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    console.log(`Stopping. Conversations that have five seconds to end: ${server.talks.size}`);
    void server.close(5000);
  });
}
