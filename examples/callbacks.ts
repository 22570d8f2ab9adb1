// From callbacks to `for await`: each call of the callback is a send.
import { produce } from "coroutine-channels";

// A callback API of the old kind: it calls back when it likes, and hands out a function to stop it.
function thermometer(onReading: (degrees: number) => void, onEnd: () => void): () => void {
  let degrees = 20;
  const timer = setInterval(() => (degrees < 25 ? onReading(degrees++) : onEnd()), 1);
  return () => {
    clearInterval(timer);
    console.log("thermometer off");
  };
}

const readings = () =>
  produce<number>(async (server) => {
    const end = Promise.withResolvers<void>();
    // A callback cannot wait, so the sends are not awaited. They keep their order; should the consumer
    // fall more than `limit` calls behind, or leave, a send rejects, and that ends the body.
    const stop = thermometer((degrees) => {
      server.send(degrees).catch(end.reject);
    }, end.resolve);
    // A consumer may also leave while no send waits: the end's signal tells at once.
    server.signal.addEventListener("abort", () => end.reject(server.signal.reason));
    await end.promise.finally(stop);
  });

for await (const degrees of readings()) console.log(`${degrees} degrees`);
console.log("Once more, leaving early:");
for await (const degrees of readings()) {
  console.log(`${degrees} degrees`);
  if (degrees === 21) break;
}

// Prints:
// 20 degrees
// 21 degrees
// 22 degrees
// 23 degrees
// 24 degrees
// thermometer off
// Once more, leaving early:
// 20 degrees
// 21 degrees
// thermometer off
