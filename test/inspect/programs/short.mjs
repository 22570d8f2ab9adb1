// Ends when its input does.
import { live } from "coroutine-channels/inspect";
console.log((await live()).url);
for await (const _ of process.stdin);
