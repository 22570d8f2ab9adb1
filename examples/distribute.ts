// Each item to one of several: three workers on one queue, of which one leaves early.
import { distribute, produce } from "coroutine-channels";

const parcels = distribute(
  produce<number>(async (server) => {
    for (let parcel = 1; parcel <= 7; parcel++) await server.send(parcel);
    console.log("all parcels are out");
  }),
);

async function courier(name: string, capacity: number) {
  let delivered = 0;
  for await (const parcel of parcels) {
    console.log(`${name} delivers ${parcel}`);
    if (++delivered === capacity) break; // what was not delivered goes to the others
  }
  console.log(`${name} goes home`);
}

await Promise.all([courier("Ann", 2), courier("Bob", Infinity), courier("Cem", Infinity)]);

// Prints:
// Ann delivers 1
// Bob delivers 2
// Cem delivers 3
// Ann delivers 4
// Ann goes home
// Bob delivers 5
// Cem delivers 6
// Bob delivers 7
// all parcels are out
// Bob goes home
// Cem goes home
