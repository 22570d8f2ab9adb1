import { test, expect, vi } from "vitest";
import { connect, createServer, Socket } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";
import { byteLink } from "coroutine-channels/socket";

test("over a MessageChannel", async () => {
  const { port1, port2 } = new MessageChannel();
  const far = new Session(portLink(port1));
  far.serve<string, number>("letters", async (server) => {
    const answers = [await server.send("A"), await server.send("B")];
    expect(answers).toEqual([1, 2]);
  });
  const near = new Session(portLink(port2));
  const client = near.client<string, number>("letters");
  expect(await client.receive()).toBe("A");
  expect(await client.send(1)).toBe("B");
  expect(await client.next(2)).toEqual({ value: undefined, done: true });
  await expect(near.client("nothing").receive()).rejects.toThrow(RangeError);
  await near.close();
  await expect(near.client("letters").receive()).rejects.toThrow(LinkClosed);
});

test("over TCP", async () => {
  const host = new Host({
    open: (session) =>
      session.serve<string, number>("letters", async (server) => {
        const answers = [await server.send("A"), await server.send("B")];
        expect(answers).toEqual([1, 2]);
      }),
  });
  const listener = createServer((socket) => host.accept(byteLink(socket)));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const near = new Session(() => byteLink(connect(port, "127.0.0.1")));
  const client = near.client<string, number>("letters");
  expect(await client.receive()).toBe("A");
  expect(await client.send(1)).toBe("B");
  expect(await client.next(2)).toEqual({ value: undefined, done: true });
  await near.close();
  await host.close();
  listener.close();
});

test("a TCP socket sends at once: 40 ms would be lost whenever two frames follow one another", () => {
  const socket = new Socket();
  const hurry = vi.spyOn(socket, "setNoDelay");
  byteLink(socket).close();
  expect(hurry.mock.calls).toEqual([[]]);
});
