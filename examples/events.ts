// A loop over events, of an EventEmitter and of an EventTarget; whatever ends it removes the listeners.
import { EventEmitter } from "node:events";
import { events } from "coroutine-channels";

const sensor = new EventEmitter();
const readings = events<[degrees: number]>(sensor, "reading");

// What is emitted before anybody asks is kept, so nothing is lost.
sensor.emit("reading", 20);
sensor.emit("reading", 21);
sensor.emit("error", new Error("sensor unplugged"));

try {
  for await (const [degrees] of readings) console.log(`${degrees} degrees`);
} catch (error) {
  console.log((error as Error).message);
}
console.log(`${sensor.listenerCount("reading")} listeners left`);

const keyboard = new EventTarget();
const controller = new AbortController();
const keys = events(keyboard, "key", { signal: controller.signal });
keyboard.dispatchEvent(new Event("key"));
controller.abort(new Error("closed"));
try {
  for await (const { type } of keys) console.log(`a ${type} was pressed`);
} catch (error) {
  console.log((error as Error).message);
}

// Prints:
// 20 degrees
// 21 degrees
// sensor unplugged
// 0 listeners left
// a key was pressed
// closed
