/** Pages that import the library as a browser finds it under `/dist/`. */
import type { Page } from "playwright-core";
import { rolldown } from "rolldown";

import { root } from "../../scripts/project.ts";

/** Gives a page the source in place of `dist/`, which another test may be building. */
export async function useSource(page: Page): Promise<void> {
  const input = { link: `${root}src/link.ts`, socket: `${root}src/socket.ts` };
  const build = await rolldown({ input });
  const { output } = await build.generate();
  await build.close();
  const code = new Map(output.map((file) => [file.fileName, "code" in file ? file.code : ""]));
  await page.route("**/dist/*", (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: code.get(route.request().url().split("/").at(-1)!) ?? "",
    }),
  );
}
