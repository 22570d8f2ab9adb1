import { Channel } from "coroutine-channels";
const jobs = new Channel({ name: "jobs" });
async function work() {
  return jobs.client().next();
}
for (let i = 0; i < 40; i++) void work();
