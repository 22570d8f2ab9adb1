import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface NatsServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a `nats-server` on a free port of the loopback; nothing, where there is none. */
export async function startNatsServer(): Promise<NatsServer | undefined> {
  const child = spawn("nats-server", ["--addr", "127.0.0.1", "--port", "-1"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  });
  const ended = once(child, "exit").catch(() => {});
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const address = await new Promise<string | undefined>((resolve) => {
    let found: string | undefined;
    child.once("error", () => resolve(undefined));
    createInterface({ input: child.stderr }).on("line", (line) => {
      found = /Listening for client connections on (\S+)/.exec(line)?.[1] ?? found;
      if (line.includes("Server is ready")) resolve(found);
    });
  });
  return address === undefined ? undefined : { address, stop };
}
