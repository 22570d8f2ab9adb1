/** A real `nats-server`, of Debian's package, on a free port of the loopback, for one test file. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const missing =
  "These tests need nats-server. On Debian: apt-get install nats-server (no service has to run). " +
  "npm run test:packages installs it where it may.";

export class NatsServer {
  port = 0;
  #child: ChildProcess | undefined;

  /** Starts it: on any port that is free, and again on the one that it had. @returns Resolves when it is ready. */
  async start(): Promise<this> {
    const port = this.port === 0 ? "-1" : String(this.port);
    const child = spawn("nats-server", ["--addr", "127.0.0.1", "--port", port], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
    });
    this.#child = child;
    const lines = createInterface({ input: child.stderr });
    await new Promise<void>((resolve, reject) => {
      child.once("error", (error) => reject(new Error(missing, { cause: error })));
      child.once("exit", (code) => reject(new Error(`nats-server ended with code ${code}`)));
      lines.on("line", (line) => {
        const found = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line);
        if (found !== null) this.port = Number(found[1]);
        if (line.includes("Server is ready")) resolve();
      });
    });
    return this;
  }

  get server(): string {
    return `127.0.0.1:${this.port}`;
  }

  signal(name: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    // Deno's `child.kill` sends one signal, and no second.
    if (pid !== undefined) process.kill(pid, name);
  }

  /** Ends it, in this way. */
  async stop(name: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    this.signal("SIGCONT");
    this.signal(name);
    await ended;
  }
}
