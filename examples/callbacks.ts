// From callbacks to `for await`: what calls back pushes, and what is returned undoes it.
import { callbacks } from "coroutine-channels";

// A callback API of the old kind: it calls back when it likes, and hands out a function to stop it.
function thermometer(onReading: (degrees: number) => void, onEnd: () => void): () => void {
  let degrees = 20;
  const timer = setInterval(() => (degrees < 25 ? onReading(degrees++) : onEnd()), 1);
  return () => {
    clearInterval(timer);
    console.log("thermometer off");
  };
}

const readings = () => callbacks<number>(({ push, end }) => thermometer(push, end));

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
