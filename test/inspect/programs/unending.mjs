import { produce } from "coroutine-channels";
const rows = produce(
  async function readTable(server) {
    try {
      await server.send("a row");
    } finally {
      await new Promise(() => {}); // a connection that never closes
    }
  },
  { name: "rows" },
);
async function first() {
  for await (const row of rows) return row;
}
void first();
