/** The main program as its users meet it: started as a process, on every kind of input and ending. */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { finished, run, start } from "./program.ts";

const MAIN = "apps/log-lanes/main.ts";

const LOG = `2026-11-22 ERROR connect 10.0.0.1:5432 refused
2026-11-22 INFO  user 17 logged in
2026-11-23 INFO  user 18 logged in
WARN  disk at 91%

no severity here
2026-11-24 ERROR connect 10.0.0.2:5432 refused
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "log-lanes-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("log-lanes", () => {
  test("prints a table of its lanes and what is most frequent in each", async () => {
    const path = file("app.log", LOG);
    expect(await run(MAIN, { args: [path] })).toEqual({
      code: 0,
      stderr: "",
      stdout: `${path}: 7 lines, 200 B

lane     lines  share  size  longest  first  last
error        2  28.6%  94 B     47 B      1     7
warning      1  14.3%  18 B     18 B      4     4
info         2  28.6%  70 B     35 B      2     3
debug        0   0.0%   0 B
other        2  28.6%  18 B     17 B      5     6

most frequent in error
          2  # ERROR connect # refused

most frequent in warning
          1  WARN  disk at #%

most frequent in info
          2  # INFO  user # logged in

most frequent in other
          1  no severity here
`,
    });
  });

  test("takes lanes from the command line and tells files apart", async () => {
    const one = file("one.txt", "a=1\nb=2\n");
    const two = file("two.txt", "c=3\r\na=4");
    const args = ["--lane", "a=^a", "--lane", "b=^b", "--top", "0", one, two];
    const { stdout, code } = await run(MAIN, { args });
    expect(code).toBe(0);
    expect(stdout).toContain(`${one}, ${two}: 4 lines, 16 B`);
    expect(stdout.replaceAll(`${folder}/`, "")).toMatch(
      /^a +2 +50.0% +7 B +4 B +one.txt:1 +two.txt:2$/m,
    );
    expect(stdout).not.toContain("most frequent");
  });

  test("--help explains and ends well", async () => {
    const { stdout, stderr, code } = await run(MAIN, { args: ["--help"] });
    expect(stdout).toMatch(/^Usage: npm start/);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  describe("standard input", () => {
    test("is read when something is piped in", async () => {
      const { stdout, code } = await run(MAIN, { input: LOG });
      expect(stdout).toMatch(/^standard input: 7 lines, 200 B\n/);
      expect(code).toBe(0);
    });

    test("is read when named, even if empty", async () => {
      const { stdout, code } = await run(MAIN, { args: ["-"], input: "" });
      expect(stdout).toMatch(/^standard input: 0 lines, 0 B\n/);
      expect(code).toBe(0);
    });

    test("gives way to the lock file when it is empty", async () => {
      const { stdout, code } = await run(MAIN, { input: "" });
      expect(stdout).toMatch(/^package-lock\.json: .* lines/);
      expect(stdout).toMatch(/^licence +\d/m);
      expect(code).toBe(0);
    });

    test("gives way to the lock file when it stays silent without ending", async () => {
      const { stdout, stderr, code } = await finished(start(MAIN));
      expect(stdout).toMatch(/^package-lock\.json: /);
      expect(stderr).toMatch(/standard input is silent/);
      expect(code).toBe(0);
    });
  });

  describe("an input that cannot be read", () => {
    const badAt = (before: number, ...bytes: number[]) =>
      Buffer.concat([Buffer.alloc(before, "line\n"), Buffer.from(bytes), Buffer.from("\nmore\n")]);

    test.each([
      ["that does not exist", () => join(folder, "missing"), "no such file"],
      ["that is a directory", () => folder, "is a directory"],
      [
        "inside a file",
        () => join(file("plain", ""), "x"),
        "a part of the path is not a directory",
      ],
      ["with a NUL byte", () => file("nul", badAt(70_000, 0)), "a NUL byte at offset 70000"],
      ["that is not UTF-8", () => file("latin1", badAt(70_000, 0xe9)), "not UTF-8 at offset 70000"],
      // The first chunk ends inside these three bytes, of which the third is wrong.
      [
        "with a bad end of a character",
        () => file("cut", badAt(65_534, 0xe2, 0x82, 0x41)),
        "offset 65534",
      ],
      [
        "that ends inside a character",
        () => file("end", Buffer.from([0x61, 0xe2, 0x82])),
        "offset 1",
      ],
    ])("%s is named with the reason", async (_, path, reason) => {
      const { stdout, stderr, code } = await run(MAIN, { args: [file("good", LOG), path()] });
      expect(stderr).toMatch(/^log-lanes: .*\n$/);
      expect(stderr).toContain(path());
      expect(stderr).toContain(reason);
      expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    });

    test.runIf(process.getuid)("without permission is named with the reason", async () => {
      // Root may read everything, so root's test lets somebody else look for the file.
      const closed = file("closed", LOG);
      chmodSync(closed, 0);
      const somebody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
      const { stderr, code } = await run(MAIN, { args: [closed], cwd: "/", ...somebody });
      expect(stderr).toMatch(/^log-lanes: .*: permission denied\n$/);
      expect(code).toBe(1);
    });
  });

  test.each([
    [["--nope"], /Unknown option/],
    [["--lane", "pattern"], /--lane must be NAME=REGEXP: pattern/],
    [["--lane", "other=x"], /cannot be named other/],
    [["--lane", "a=("], /Invalid regular expression/],
    [["--top", "-1"], /--top/],
    [["--top=many"], /--top must be a number from 0 to 999: many/],
    [["--forbid", "eror", "-"], /--forbid must name a lane: eror/],
  ])("%j is refused as wrong usage", async (args, message) => {
    const { stdout, stderr, code } = await run(MAIN, { args });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
  });

  test("ends quietly when the reader of its output has gone", async () => {
    const child = start(MAIN, { args: ["-"] });
    const stdoutGone = once(child.stdout, "close");
    child.stdout.destroy();
    await stdoutGone;
    child.stdin.end(LOG);
    const [code] = await once(child, "exit");
    expect({ code, stderr: child.stderr.read() }).toEqual({ code: 0, stderr: null });
  });

  test.runIf(existsSync("/dev/full"))("says so when its output cannot be written", async () => {
    const { stderr, code } = await run(MAIN, { input: LOG, shell: '"$@" > /dev/full' });
    expect(stderr).toMatch(/^log-lanes: standard output: ENOSPC/);
    expect(code).toBe(1);
  });

  test.runIf(existsSync("/usr/bin/script") && process.platform === "linux")(
    "shows its progress on a terminal",
    async () => {
      // `script` gives the program a terminal for everything; its own output is what appeared there.
      const shell = 'words="$*"; exec script -qec "$words" /dev/null';
      const { stdout, code } = await run(MAIN, { args: [file("tty.log", LOG)], shell });
      expect(stdout).toMatch(/\r7 lines, 0\.0 MB, .* MB\/s, \d+ MB of memory.*\r?\n/);
      expect(stdout).toContain(": 7 lines, 200 B");
      expect(code).toBe(0);
    },
  );

  describe("--forbid", () => {
    test("stops at the first line of the lane, though its input goes on", async () => {
      const child = start(MAIN, { args: ["--forbid", "error", "-"] });
      child.stdin.on("error", () => {}); // the program stops reading
      child.stdin.write("fine\nan error \u001b[2J\nfine\n"); // and no end
      expect(await finished(child)).toEqual({
        code: 3,
        stdout: "",
        stderr: "log-lanes: standard input:2: forbidden error line: an error  [2J\n",
      });
    });

    test.runIf(process.platform === "linux")("stops though a named pipe stays open", async () => {
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      const child = start(MAIN, { args: ["--forbid", "error", pipe] });
      // Opened for reading too, so that this does not wait for the program to open its end.
      const writer = openSync(pipe, "r+");
      writeSync(writer, "an error\n");
      const { stderr, code } = await finished(child);
      closeSync(writer);
      expect(stderr).toBe(`log-lanes: ${pipe}:1: forbidden error line: an error\n`);
      expect(code).toBe(3);
    });

    test("lets everything else pass", async () => {
      const { stdout, code } = await run(MAIN, { args: ["--forbid", "debug", "-"], input: LOG });
      expect(stdout).toContain("7 lines");
      expect(code).toBe(0);
    });
  });

  describe("memory", () => {
    const small = ["--max-old-space-size=24"]; // MB: less than half of what is sent
    const total = 64 * 2 ** 20;

    /** Sends pieces until `total` bytes are through, no faster than they are taken. */
    async function pump(piece: (i: number) => string) {
      const child = start(MAIN, { args: ["-"], nodeOptions: small });
      const end = finished(child);
      for (let i = 0, sent = 0; sent < total; i++) {
        const text = piece(i);
        sent += text.length;
        if (!child.stdin.write(text)) await Promise.race([once(child.stdin, "drain"), end]);
      }
      child.stdin.end();
      return await end;
    }

    /** A word of its own for each number, without digits, which templates leave out. */
    const word = (n: number) =>
      String(n).replace(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)));

    test("stays bounded on a long stream of lines that are all different", async () => {
      const line = (n: number) => `${n % 2 ? "info" : ""} ${`${word(n)} `.repeat(15)}\n`;
      const { stdout, stderr, code } = await pump((i) =>
        Array.from({ length: 512 }, (_, k) => line(i * 512 + k)).join(""),
      );
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      expect(stdout).toMatch(/^info +[\d,]+ +50\.0%/m);
    });

    test("stays bounded on long lines, of which it remembers the beginnings", async () => {
      const filler = "x".repeat(60_000);
      const { stderr, code } = await pump((i) => `${word(i)} ${filler}\n`);
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    });

    test("stays bounded on one line without an end", async () => {
      const piece = "x".repeat(2 ** 16);
      const { stdout, stderr, code } = await pump(() => piece);
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      expect(stdout).toMatch(/^standard input: 1 line, 67\.1 MB\n/);
      expect(stdout).toMatch(/^other +1 +100\.0% +67\.1 MB +67\.1 MB +1 +1$/m);
    });
  });
});
