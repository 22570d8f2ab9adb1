/** log-lanes: what is in a log, lane by lane. `npm start -- --help` explains. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import { decode } from "./decode.ts";
import { EXIT, Failure } from "./failure.ts";
import { firstScreen } from "./first-screen.ts";
import { hasPipedInput, readInput, STDIN, titleOf } from "./input.ts";
import { type Lane, LOCK_FILE, OTHER, SEVERITY } from "./lane.ts";
import { type Line, splitLines } from "./lines.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { forbid, profile } from "./pipeline.ts";
import { Progress } from "./progress.ts";
import { report } from "./report.ts";
import { runLanes } from "./route.ts";
import { slowly, startWatching } from "./watch.ts";

/** The input of last resort: every checkout of this project has it. */
const LOCK_FILE_PATH = relative(
  "",
  fileURLToPath(new URL("../../package-lock.json", import.meta.url)),
);

async function main(args: string[]): Promise<string> {
  const options = parseOptions(args);
  if (options.help) return HELP;

  const { files, lanes, unasked } = await choose(options);
  const unknown = options.forbid.find((name) => !lanes.some((lane) => lane.name === name));
  if (unknown !== undefined) throw new Failure(`--forbid must name a lane: ${unknown}`, EXIT.usage);

  if (options.watch) console.error(`The lanes at work: ${await startWatching()}`);
  const batches = options.watch ? slowly(allLines(files)) : allLines(files);
  const progress = new Progress();
  try {
    const found = await runLanes(progress.watch(batches), lanes, ({ name }, lines) =>
      options.forbid.includes(name) ? forbid(name, lines) : profile(lines),
    );
    return report(files, lanes, found, options.top) + (unasked ? firstScreen(lanes.length) : "");
  } finally {
    progress.end();
  }
}

/** What to read and how to sort it, where the command line leaves that open. */
async function choose(
  options: Options,
): Promise<{ files: readonly string[]; lanes: readonly Lane[]; unasked: boolean }> {
  const named =
    options.files.length > 0 ? options.files : (await hasPipedInput()) ? [STDIN] : undefined;
  return {
    files: named ?? [LOCK_FILE_PATH],
    lanes: [...(options.lanes ?? (named ? SEVERITY : LOCK_FILE)), OTHER],
    unasked: !named,
  };
}

async function* allLines(files: readonly string[]): AsyncGenerator<Line[]> {
  for (const file of files) {
    const title = titleOf(file);
    yield* splitLines(title, decode(title, readInput(file)));
  }
}

/** Exits explicitly: a pipe that is still open for reading must not keep a program alive that is done. */
const finish = (code: number) => () => process.exit(code);

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads the output may leave at any time, as `head` does. That is no error.
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  process.stderr.write(`log-lanes: standard output: ${error.message}\n`, finish(EXIT.unwritable));
});
process.stderr.on("error", () => {}); // nobody reads the progress: not worth stopping for

try {
  const text = await main(process.argv.slice(2));
  process.stdout.write(text, (error) => error ?? process.exit(EXIT.ok));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`log-lanes: ${error.message}\n`, finish(error.exitCode));
}
