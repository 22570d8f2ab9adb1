import { Channel } from "coroutine-channels";

const rows = new Channel({ name: "rows" });
void rows.serve(async function readTable(server) {
  for (let i = 0; i < 10; i++) await server.send(i);
});

async function first(count) {
  const found = [];
  while (found.length < count) found.push((await rows.client().next()).value);
  return found;
}
console.log(await first(2));
