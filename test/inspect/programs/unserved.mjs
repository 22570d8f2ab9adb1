import { Channel } from "coroutine-channels";
const letters = new Channel({ name: "letters" });
async function read() {
  console.log(await letters.client().receive());
}
void read();
