/** `npm run site`: makes the whole site anew, in tools/site/dist. */

import { execFileSync } from "node:child_process";

import { installPackages } from "../../bench/measure/install.ts";

installPackages(import.meta.dirname);
execFileSync(process.execPath, ["../../scripts/build.ts"], {
  cwd: import.meta.dirname,
  stdio: "inherit",
});

// They load what has just been installed.
const { site } = await import("./make/folders.ts");
const { writePages } = await import("./make/pages.ts");
const { writeFirstPage } = await import("./make/first-page.ts");
const { writeApi } = await import("./make/api.ts");
const { writePlayground } = await import("./make/library.ts");
const { checkLinks } = await import("./make/check-links.ts");
const { build } = await import("vitepress");

writePages();
writeFirstPage();
await writeApi();
await writePlayground();
await build(site);
checkLinks();
