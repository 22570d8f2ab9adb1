/** `npm run site`: makes the whole site anew, in tools/site/dist. */

import { spawnSync } from "node:child_process";

import { installPackages } from "../../bench/measure/install.ts";

installPackages(import.meta.dirname);
const { status } = spawnSync(process.execPath, ["../../scripts/build.ts"], {
  cwd: import.meta.dirname,
  stdio: "inherit",
});
if (status !== 0) process.exit(1); // it has said why

// They load what has just been installed.
const { site } = await import("./make/folders.ts");
const { writePages } = await import("./make/pages.ts");
const { writeFirstPage } = await import("./make/first-page.ts");
const { writeApi } = await import("./make/api.ts");
const { writePlayground } = await import("./make/library.ts");
const { checkLinks } = await import("./make/check-links.ts");
const { build } = await import("vitepress");

try {
  writePages();
  writeFirstPage();
  await writeApi();
  await writePlayground();
  await build(site);
  checkLinks();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
