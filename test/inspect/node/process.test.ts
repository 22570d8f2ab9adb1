/** What a program that is watched says and writes, and when: its end, signals, the environment, other threads. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { spawn } from "node:child_process";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { finished } from "../../node/program.ts";

const useSource = new URL("../../node/use-source.mjs", import.meta.url).href;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "inspect-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const hanging = `
import { Channel } from "coroutine-channels";
const letters = new Channel({ name: "letters" });
async function read() { await letters.client().receive(); }
`;

interface Settings {
  readonly env?: Record<string, string>;
  readonly watched?: boolean;
}

function begin(program: string, { env = {}, watched = true }: Settings = {}) {
  const path = join(folder, "app.mjs");
  writeFileSync(path, program);
  const args = [
    "--import",
    useSource,
    ...(watched ? ["--import", "coroutine-channels/inspect"] : []),
  ];
  return spawn(process.execPath, [...args, path], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: "", ...env },
  });
}

function run(program: string, settings?: Settings) {
  const child = begin(program, settings);
  child.stdin.end();
  return finished(child);
}

const told = "letters.client.receive since";

describe("a report is printed", () => {
  test("when nothing runs any more, and the exit code stays", async () => {
    const { code, stderr } = await run(`${hanging} void read(); process.exitCode = 3;`);
    expect(stderr).toContain(told);
    expect(code).toBe(3);
  });

  test("before Node's own warning of an await at the top level", async () => {
    const { code, stderr } = await run(`${hanging} await read();`);
    expect(stderr.indexOf(told)).toBeGreaterThan(0);
    expect(stderr.indexOf(told)).toBeLessThan(stderr.indexOf("unsettled top-level await"));
    expect(code).toBe(13);
  });

  test("on SIGQUIT, whatever waits, and the program goes on", async () => {
    const child = begin(`${hanging}
      letters.serve(async (server) => void (await server.send("A")));
      process.stdin.once("data", async () => {
        console.log(await letters.client().receive());
        await letters.client().return();
        process.stdin.destroy();
      });
      console.log("ready");`);
    await once(child.stdout, "data");
    child.kill("SIGQUIT");
    const [report] = (await once(child.stderr, "data")) as [Buffer];
    expect(report.toString()).toContain("letters.server.serve since");
    expect(report.toString()).toContain(
      "for a first request. The client was never asked for anything.",
    );
    child.stdin.write("go on\n");
    expect(await finished(child)).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    ["process.exit()", `${hanging} void read(); setTimeout(() => process.exit(4), 1);`, 4],
    [
      "an uncaught error",
      `${hanging} void read(); setTimeout(() => { throw new Error("mine"); }, 1);`,
      1,
    ],
  ])("but not for %s", async (_, program, expected) => {
    const { code, stderr } = await run(program);
    expect(stderr).not.toContain("coroutine-channels:");
    expect(code).toBe(expected);
  });

  test("not by another thread, unless it asks", async () => {
    const worker = `${hanging} import { report } from "coroutine-channels/inspect"; void read(); setTimeout(() => console.log(report()), 5);`;
    writeFileSync(join(folder, "worker.mjs"), worker);
    const { code, stdout, stderr } = await run(
      `import { Worker } from "node:worker_threads"; new Worker(new URL("worker.mjs", import.meta.url));`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(told);
  });

  test("once, though a listener of the program begins something new", async () => {
    const { stderr } = await run(
      `${hanging} void read(); process.once("beforeExit", () => setTimeout(() => {}, 1));`,
    );
    expect(stderr.split("coroutine-channels:").length - 1).toBe(1);
  });
});

describe("the environment", () => {
  const story = `
    import { Channel } from "coroutine-channels";
    const letters = new Channel({ name: "letters" });
    letters.serve(async function spell(server) { await server.send("secret"); });
    for await (const letter of letters.client());`;

  test("CHANNELS_RECORD writes the run, in whatever way the program ends", async () => {
    const paths = ["run.html", "run.svg", "run.json"];
    for (const end of ["", "process.exit(0);", "throw new Error('mine');"]) {
      await run(`${story} ${end}`, { env: { CHANNELS_RECORD: paths.join() } });
      const [html, svg, trace] = paths.map((path) => readFileSync(join(folder, path), "utf8"));
      expect(html).toMatch(/^<!doctype html>[^]*"name":"letters"/);
      expect(svg).toMatch(/^<svg [^]*letters/);
      expect(JSON.parse(trace!)).toHaveProperty("traceEvents");
      expect(html! + svg! + trace!).not.toContain("secret");
      for (const path of paths) rmSync(join(folder, path));
    }
  });

  test("CHANNELS_VALUES=1 shows values", async () => {
    await run(story, { env: { CHANNELS_RECORD: "run.svg", CHANNELS_VALUES: "1" } });
    expect(readFileSync(join(folder, "run.svg"), "utf8")).toContain("&quot;secret&quot;");
  });

  test("a file that cannot be written is told, and no more", async () => {
    const env = { CHANNELS_RECORD: "no/such/folder.html,run.txt" };
    const { code, stderr } = await run(story, { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^coroutine-channels: could not write no\/such\/folder\.html: ENOENT/);
    expect(stderr).toContain("could not write run.txt: a recording is .html, .svg or .json");
  });

  test("CHANNELS_LIVE prints an address, and keeps nothing alive", async () => {
    const { code, stderr } = await run(
      `${story} await new Promise((end) => setTimeout(end, 100));`,
      {
        env: { CHANNELS_LIVE: "0" },
      },
    );
    expect(stderr).toMatch(
      /^coroutine-channels: live at http:\/\/127\.0\.0\.1:\d+\/[\w-]{12}\/\n$/,
    );
    expect(code).toBe(0);
  });

  test("a wait that is older than what was recorded is drawn all the same", async () => {
    const env = { CHANNELS_RECORD: "run.html" };
    await run(
      `${hanging} letters.serve(async function spell(server) { await server.send("A"); await server.send("B"); });
      await letters.client().next();
      const busy = new Channel();
      busy.serve(async (server) => { for (let i = 0; i < 4000; i++) await server.send(i); });
      for await (const i of busy.client());`,
      { env },
    );
    const html = readFileSync(join(folder, "run.html"), "utf8");
    expect(html).toMatch(/"end":"server","call":\d+,"op":"send","at":"spell/);
    expect(html).toMatch(/"end":"client","call":\d+,"op":"next"/);
  });
});

test("events are published on one diagnostics channel", async () => {
  const { stdout } = await run(`
    import { subscribe } from "node:diagnostics_channel";
    import { Channel } from "coroutine-channels";
    const types = [];
    subscribe("coroutine-channels", (event) => types.push(event.type, Object.isFrozen(event)));
    const letters = new Channel();
    letters.serve(async (server) => { await server.send("A"); });
    await letters.client().next();
    console.log(types.filter((type) => type !== true).join(" "), types.includes(false));`);
  expect(stdout.trim()).toBe("channel call call answer body call answer false");
});

test("a subscriber that throws disturbs no channel", async () => {
  const { code, stdout, stderr } = await run(`
    import { subscribe } from "node:diagnostics_channel";
    import { produce } from "coroutine-channels";
    subscribe("coroutine-channels", () => { throw new Error("mine"); });
    process.on("uncaughtException", ({ message }) => process.exitCode = message === "mine" ? 7 : 8);
    for await (const letter of produce((server) => server.send("A"))) console.log(letter);`);
  expect({ code, stdout: stdout.trim(), stderr }).toEqual({ code: 7, stdout: "A", stderr: "" });
});

test("what is secret is told nowhere", async () => {
  const program = `
    import { report, record, toHTML, toSVG, toTrace, waits } from "coroutine-channels/inspect";
    import { Channel, StreamChannel, produce } from "coroutine-channels";
    import { inspect } from "node:util";
    const recording = record();
    const channel = new Channel({ name: "letters" });
    channel.serve(async (server) => { await server.send("s3cret"); await server.send({ s3cret: "s3cret" }); });
    await channel.client().next();
    await channel.client().next("s3cret");
    const failing = produce(async () => { throw new Error("s3cret"); });
    await failing.next().catch(() => {});
    const rows = new StreamChannel();
    rows.serve(async (writer) => { await writer.write(["s3cret"]); await writer.send("s3cret"); });
    await rows.client().read(1);
    const told = JSON.stringify([await waits(), recording.events]) + report() + inspect(channel) + inspect(rows);
    console.log(told, ...[toHTML, toSVG, toTrace].map((draw) => draw(recording.events)));`;
  const { code, stdout, stderr } = await run(program);
  expect(code).toBe(0);
  expect(stdout).toContain("letters");
  expect(stdout + stderr).not.toContain("s3cret");
});

test("it works from a text, with no folder of its own", async () => {
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    input: new URL("../../../src/inspect.ts", import.meta.url).pathname,
    platform: "neutral",
  });
  const { output } = await bundle.generate();
  await bundle.close();
  const url = `data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`;
  const { code, stdout } = await run(
    `import { waits } from ${JSON.stringify(url)}; console.log((await waits()).length);`,
    { watched: false },
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "0\n" });
});
