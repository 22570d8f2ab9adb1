import { Channel } from "coroutine-channels";
const left = new Channel({ name: "left" });
const right = new Channel({ name: "right" });
void left.serve(async function leftBody(server) {
  for await (const item of right.client()) await server.send(item);
});
void right.serve(async function rightBody(server) {
  for await (const item of left.client()) await server.send(item);
});
async function main() {
  for await (const item of left.client()) console.log(item);
}
void main();
