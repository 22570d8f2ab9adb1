import { spawn } from "node:child_process";
import { join } from "node:path";

import type { Build } from "./build.ts";
import type { Row } from "./row.ts";
import type { Runtime } from "./runtimes.ts";

const SECONDS = 180;

export interface Job {
  readonly mode: "time" | "count" | "profile";
  readonly workload: string;
  readonly contender: string;
  /** Which row to profile. */
  readonly parameter?: Row["parameter"];
  readonly quick: boolean;
}

/** Measures in a process of its own, so that no contender sees what the engine learnt about another. */
export async function measureIn<T>(
  runtime: Runtime,
  build: Build,
  { mode, workload, contender, parameter = "", quick }: Job,
): Promise<T[]> {
  const command = mode === "count" ? (runtime.counting ?? runtime.command) : runtime.command;
  const [program, ...flags] = command as [string, ...string[]];
  const file = join(import.meta.dirname, "child.ts");
  const job = [mode, workload, contender, JSON.stringify(parameter)];
  const child = spawn(program, [...flags, file, ...job], {
    env: {
      ...process.env,
      BENCH_LIBRARY: build.library,
      BENCH_QUICK: quick ? "1" : "",
      NODE_NO_WARNINGS: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: SECONDS * 1000,
    killSignal: "SIGKILL",
  });
  let answer = "";
  let complaint = "";
  child.stdout.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...ending) => resolve(ending));
  });
  if (code !== 0) {
    const why = signal === null ? complaint.trim() : `stopped after ${SECONDS} s`;
    throw new Error(`Could not measure ${contender} in ${workload}: ${why}`);
  }
  return JSON.parse(answer.trim().split("\n").at(-1) ?? "") as T[];
}
