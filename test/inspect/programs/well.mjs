import { broadcast, Channel, merge, produce, serveAll, StreamChannel } from "coroutine-channels";
const unused = new Channel({ name: "unused" });
void unused.serve(async () => {});
produce(async (server) => server.send("never asked for"));
const letters = () =>
  produce(async (server) => {
    await server.send("A");
    await server.send("B");
  });
for await (const letter of merge(letters(), letters())) console.log(letter);
for await (const letter of letters()) if (letter === "A") break;
const rows = new StreamChannel();
void rows.serve((writer) => writer.write([1, 2, 3]));
console.log(await rows.client().read());
const lanes = [new Channel(), new Channel()];
void serveAll(lanes, async ([one, other]) => {
  await one.put(1);
  await other.put(2);
});
console.log(await Promise.all(lanes.map((lane) => lane.client().receive())));
const all = broadcast(letters());
for await (const letter of all) console.log(letter);
