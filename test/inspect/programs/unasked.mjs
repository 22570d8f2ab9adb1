import { Channel, serveAll } from "coroutine-channels";
const lanes = { even: new Channel(), odd: new Channel() };
void serveAll(lanes, async function deal({ even, odd }) {
  await even.put(0);
  await odd.put(1);
});
console.log(await lanes.even.client().receive());
