/** Two machines hold conversations both ways, and the network between them is parted: they go on, or both are told. */
import { createInterface } from "node:readline";

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { byScope } from "../../support/scope.ts";
import { Machines, type Side } from "./machines.ts";

let machines: Machines;
beforeAll(async () => {
  machines = await Machines.create();
});
afterAll(() => machines.remove());

/** What a machine has said. */
class Told {
  #lines: string[] = [];
  #wake: (() => void) | undefined;

  constructor(side: Side, ...args: string[]) {
    const process = machines.start(side, "test/node/link/programs/machine.ts", ...args);
    onTestFinished(() => void process.kill("SIGKILL"));
    const hear = (line: string): void => {
      this.#lines.push(line);
      this.#wake?.();
    };
    createInterface({ input: process.stdout }).on("line", hear);
    createInterface({ input: process.stderr }).on("line", (line) => hear(`wrong: ${line}`));
    process.on("exit", () => hear("wrong: it has ended"));
  }

  /** Resolves to what it says next. */
  async line(): Promise<string> {
    while (this.#lines.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift()!;
  }

  /** Resolves to the next line that begins so: nothing may be wrong until then. */
  async says(wanted: string): Promise<string> {
    for (;;) {
      const line = await this.line();
      if (line.startsWith("wrong")) throw new Error(line);
      if (line.startsWith(wanted)) return line;
    }
  }

  /** Resolves to the next lines, so many. */
  async lines(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) lines.push(await this.line());
    return lines;
  }
}

interface Conversing {
  readonly near: Told;
  readonly far: Told;
  /** Both say this. */
  say(wanted: string): Promise<unknown>;
}

async function conversing(nearGrace: number, farGrace = nearGrace): Promise<Conversing> {
  const far = new Told("far", String(farGrace));
  const near = new Told("near", String(nearGrace), machines.address, await far.line());
  const say = (wanted: string) => Promise.all([near.says(wanted), far.says(wanted)]);
  await say("goes on");
  return { near, far, say };
}

const hour = 3_600_000;
/** In this time, the two have found each other, even if all is slow. */
const short = 2000;

/** What `part` does and undoes. The first is the hardest: nothing is told, and nothing arrives. */
const partitions: [string, (parted: boolean) => void][] = [
  [
    "packets are lost, and nobody is told",
    (parted) => {
      machines.hears("near", !parted);
      machines.hears("far", !parted);
    },
  ],
  ["the server's cable is pulled", (parted) => machines.plug("far", !parted)],
  ["packets of the client are lost", (parted) => machines.hears("near", !parted)],
  ["the client's cable is pulled", (parted) => machines.plug("near", !parted)],
  ["packets of the server are lost", (parted) => machines.hears("far", !parted)],
];

describe.each(partitions.slice(0, byScope({ part: 1, usual: 1, long: 5 })))("%s", (_name, part) => {
  test("for less than the grace: all goes on, and every item arrives once", async () => {
    const { say } = await conversing(hour);
    for (let times = 0; times < 2; times++) {
      part(true);
      await say("down");
      part(false);
      await say("up");
      await say("goes on");
    }
  });

  test("for longer than the grace: both sides are told", async () => {
    const { near, far, say } = await conversing(short);
    part(true);
    await say("down");
    await say("over");
    for (const machine of [near, far]) {
      expect((await machine.lines(4)).sort()).toEqual([
        "client: LinkClosed",
        "reader: LinkClosed",
        "server: ChannelClosed by LinkClosed",
        "writer: ChannelClosed by LinkClosed",
      ]);
    }
    part(false);
  });
});

test("parted for longer than the grace of one side: the other resumes nothing", async () => {
  const part = partitions[0]![1];
  const { near, far } = await conversing(hour, short);
  part(true);
  await far.says("over: The other side could not be reached");
  part(false);
  expect(await near.says("over")).toContain("not resumed");
});
