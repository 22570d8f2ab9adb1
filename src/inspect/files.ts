import { record } from "./events.ts";
import type { ChannelEvent } from "./events.ts";
import { toHTML } from "./html.ts";
import { builtin, print, whenEnding } from "./process.ts";
import { toSVG } from "./svg.ts";
import { toTrace } from "./trace.ts";

const formats: Readonly<Record<string, (events: readonly ChannelEvent[]) => string>> = {
  html: toHTML,
  svg: toSVG,
  json: toTrace,
};

/** Records all that happens, and writes it to files when the program ends. */
export function keepFiles(paths: string | undefined, values: boolean): void {
  if (paths === undefined || paths === "") return;
  const fs = builtin<{ writeFileSync(path: string, text: string): void }>("node:fs");
  const recording = record({ values });
  whenEnding(() => {
    for (const path of paths.split(",")) {
      const draw = formats[path.slice(path.lastIndexOf(".") + 1)];
      try {
        if (draw === undefined) throw new TypeError("a recording is .html, .svg or .json");
        fs?.writeFileSync(path, draw(recording.events));
      } catch (error) {
        print(`coroutine-channels: could not write ${path}: ${(error as Error).message}\n`);
      }
    }
  });
}
