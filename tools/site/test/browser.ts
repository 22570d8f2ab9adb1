/** The built site in a real browser. */

import { existsSync } from "node:fs";
import { after, before } from "node:test";

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

import { serveSite } from "../open.ts";

const executablePath = "/usr/bin/chromium";

export interface Visit {
  readonly page: Page;
  /** What the page has complained of: errors, and requests to other hosts. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface Site {
  readonly requests: readonly string[];
  visit(path: string, options?: BrowserContextOptions): Promise<Visit>;
}

/** Serves the site and starts the browser for the tests of one file. */
export function useSite(): Site {
  const requests: string[] = [];
  let browser: Browser;
  let served: Awaited<ReturnType<typeof serveSite>>;

  before(async () => {
    if (!existsSync(executablePath)) {
      throw new Error("It needs a browser, which npm run test:everywhere installs");
    }
    served = await serveSite(0);
    served.server.on("request", ({ url }) => requests.push(url ?? ""));
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
  });
  after(async () => {
    await browser.close();
    served.server.close();
  });

  return {
    requests,
    async visit(path, options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", ({ message }) => complaints.push(message));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("request", (request) => {
        const address = request.url();
        if (!address.startsWith(served.url) && !/^(?:data|blob|about):/.test(address)) {
          complaints.push(`asks another host: ${address}`);
        }
      });
      await page.goto(served.url + path);
      return { page, complaints, close: () => context.close() };
    },
  };
}
