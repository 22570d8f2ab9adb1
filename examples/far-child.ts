// A conversation with a child process, over its standard input and output. What goes on there goes on as it would here:
// the child's body is a generator turned inside out, and when we leave, its `finally` runs before `return()` resolves.
import { spawn } from "node:child_process";

import type { Server } from "coroutine-channels";
import { LinkClosed, Session } from "coroutine-channels/link";
import { byteLink } from "coroutine-channels/socket";

const services = {
  calculator: async (server: Server<number, number>, start: number) => {
    let sum = start;
    try {
      for (;;) sum += await server.send(sum);
    } finally {
      console.error(`(the child was left at ${sum})`);
    }
  },
};

if (process.argv[2] === "child") {
  const { stdin: readable, stdout: writable } = process;
  new Session(byteLink({ readable, writable })).serve(services);
} else {
  const args = [...process.execArgv, process.argv[1]!, "child"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stderr.on("data", (text) => process.stdout.write(text));

  const link = byteLink({ readable: child.stdout, writable: child.stdin });
  const session = new Session<typeof services>(link);
  const calculator = session.client("calculator", 100);
  console.log(await calculator.receive());
  console.log(await calculator.send(20));
  console.log(await calculator.send(3));
  await calculator.return();

  // A child that dies is no end of the conversation that anybody could take for an ordinary one.
  const other = session.client("calculator", 0);
  await other.receive();
  child.kill("SIGKILL");
  await other.send(1).catch((error) => {
    console.log(error instanceof LinkClosed ? "(the child was lost)" : error);
  });
}

// Prints:
// 100
// 120
// 123
// (the child was left at 123)
// (the child was lost)
