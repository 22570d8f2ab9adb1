// `npm run agent`: starts the server, prints its address, and lets the conversations end when it is stopped.
import { scriptedModel } from "./scripted-model.ts";
import { startServer } from "./server.ts";

const server = await startServer(scriptedModel(60), { port: Number(process.env["PORT"] ?? 0) });
console.log(`The agent listens at ${server.url} (Ctrl+C stops it)`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    console.log(`Stopping; conversations that are told: ${server.conversations.size}`);
    void server.close();
  });
}
