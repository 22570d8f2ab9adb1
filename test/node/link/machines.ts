/**
 * Two machines, as far as their networks can tell: each is a network namespace, and packets between the two pass through a
 * third. Nobody needs any rights for that where the system lets users have namespaces.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

import { start } from "../program.ts";

/** Debian keeps `ip` where only the administrator's PATH leads. */
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` };

/** A network of its own, as long as a process lives that holds it. */
class Namespace {
  readonly #holder: ChildProcessWithoutNullStreams;

  private constructor(holder: ChildProcessWithoutNullStreams) {
    this.#holder = holder;
  }

  /** @param among One whose owner owns this one, too. */
  static async create(among?: Namespace): Promise<Namespace> {
    const enter = among?.enter ?? [];
    const owner = among === undefined ? ["--map-root-user"] : [];
    const command = [...enter, "unshare", "--net", ...owner, "cat"];
    // It ends with its input, and so with the tests, however these end.
    const holder = spawn(command[0]!, command.slice(1), { env });
    let complaint = "";
    holder.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    holder.on("error", (error) => (complaint += error.message));
    holder.stdin.on("error", () => {}).write("It echoes this once it is inside.");
    await Promise.race([once(holder.stdout, "data"), once(holder.stdout, "close")]);
    if (complaint !== "") throw new Error(complaint);
    return new Namespace(holder);
  }

  /** What a command begins with that runs inside. */
  get enter(): [string, ...string[]] {
    return ["nsenter", "--preserve-credentials", "--user", "--net", `--target=${this.pid}`];
  }

  get pid(): number {
    return this.#holder.pid!;
  }

  /** Runs a command inside, from beginning to end. */
  run(command: string): void {
    const [program, ...args] = this.enter;
    execFileSync(program, [...args, "sh", "-c", command], { env });
  }

  remove(): void {
    this.#holder.kill("SIGKILL");
  }
}

export type Side = "near" | "far";

export class Machines {
  /** Where the far machine can be reached. */
  readonly address = "10.0.2.2";
  readonly #between: Namespace;
  readonly #sides: Readonly<Record<Side, Namespace>>;

  private constructor(between: Namespace, sides: Readonly<Record<Side, Namespace>>) {
    this.#between = between;
    this.#sides = sides;
  }

  static async create(): Promise<Machines> {
    const between = await Namespace.create();
    const [near, far] = [await Namespace.create(between), await Namespace.create(between)];
    for (const [side, machine, net] of [
      ["near", near, "10.0.1"],
      ["far", far, "10.0.2"],
    ] as const) {
      between.run(`ip link add ${side} type veth peer name cable netns ${machine.pid} &&
        ip address add ${net}.1/24 dev ${side} && ip link set ${side} up`);
      machine.run(`ip address add ${net}.2/24 dev cable && ip link set lo up &&
        ip link set cable up && ip route add default via ${net}.1`);
    }
    const machines = new Machines(between, { near, far });
    machines.hears("near", true);
    machines.hears("far", true);
    return machines;
  }

  /** Starts a program of the project on one of them. */
  start(side: Side, program: string, ...args: string[]): ChildProcessWithoutNullStreams {
    return start(program, { args, shell: `exec ${this.#sides[side].enter.join(" ")} "$@"` });
  }

  /** Whether its cable is plugged in: the machine itself can tell. */
  plug(side: Side, plugged: boolean): void {
    this.#between.run(`ip link set ${side} ${plugged ? "up" : "down"}`);
  }

  /** Whether its packets are passed on to the other machine: neither is told. */
  hears(side: Side, heard: boolean): void {
    this.#between.run(`echo ${heard ? 1 : 0} >/proc/sys/net/ipv4/conf/${side}/forwarding`);
  }

  remove(): void {
    for (const one of [this.#sides.near, this.#sides.far, this.#between]) one.remove();
  }
}
