// node --expose-gc
import { Channel } from "coroutine-channels";
async function lookUp(key) {
  const answer = new Channel();
  const asked = answer.client().next();
  const server = await answer.server();
  await server.send(key);
  return asked;
}
for (let i = 0; i < 1000; i++) void lookUp(i);
for (let i = 0; i < 5; i++) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  globalThis.gc();
}
