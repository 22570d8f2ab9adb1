/** What the other side serves in the tests of processes and threads. */
import type { Server, Writer } from "coroutine-channels";

export const channels = {
  async numbers(server: Server<number>, from = 0): Promise<void> {
    for (let i = from; ; i++) await server.send(i);
  },
  async echo(server: Server<unknown, unknown>): Promise<void> {
    let heard = await server.receive();
    for (;;) heard = await server.send(heard);
  },
  /** Never lets the event loop run again. */
  async busy(_server: Server<void>): Promise<void> {
    for (;;);
  },
  /** Does not let the event loop run until it is told to, as a computation. */
  async frozen(server: Server<string>, until: Int32Array<SharedArrayBuffer>): Promise<void> {
    Atomics.wait(until, 0, 0);
    await server.send("done");
  },
  async exit(_server: Server<void>, code: number): Promise<void> {
    process.exit(code);
  },
  async crash(_server: Server<void>): Promise<void> {
    setImmediate(() => {
      throw new Error("crashed");
    });
    await new Promise(() => {});
  },
};

export const streams = {
  async items(writer: Writer<number>): Promise<void> {
    for (let i = 0; ; i++) await writer.send(i);
  },
};

export type Services = typeof channels & typeof streams;
