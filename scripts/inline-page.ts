/** Builds the script of the page that inspect draws into src/inspect/page-script.ts, as text. */

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

import { rolldown } from "rolldown";

import { root } from "./project.ts";

/** What src/inspect/page-script.ts should hold. */
export async function pageScript(): Promise<string> {
  const bundle = await rolldown({ input: `${root}src/inspect/page.ts`, platform: "browser" });
  const { output } = await bundle.generate({ minify: true, format: "iife" });
  await bundle.close();
  const script = output[0].code.trim().replaceAll("</", "<\\/");
  const hash = createHash("sha256").update(script).digest("base64");
  return `// Built from page.ts by \`npm run build\`.
export const script: string =
  ${JSON.stringify(script)};
export const hash = "sha256-${hash}";
`;
}

export async function inlinePage(): Promise<void> {
  writeFileSync(`${root}src/inspect/page-script.ts`, await pageScript());
}
