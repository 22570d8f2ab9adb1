/**
 * Runs the tests in the browsers that the system's packages bring: a new process with an empty
 * profile, opened at vitest's page. No driver is needed, as the page talks to vitest by itself.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { defineBrowserProvider } from "@vitest/browser";
import type { BrowserProvider, TestProject } from "vitest/node";

/** How to start a browser at a page, with all that it writes in `home`. */
type Launcher = (url: string, home: string) => Promise<ChildProcess[]> | ChildProcess[];

const launchers: Record<string, Launcher> = {
  chromium: (url, home) => [
    start(home, "chromium", [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      `--user-data-dir=${join(home, "profile")}`,
      url,
    ]),
  ],

  firefox: (url, home) => {
    const preferences = {
      "app.update.enabled": false,
      "browser.shell.checkDefaultBrowser": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "dom.ipc.processCount": 1,
      "network.captive-portal-service.enabled": false,
      "toolkit.telemetry.enabled": false,
    };
    const lines = Object.entries(preferences).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(home, "user.js"), lines.join(""));
    return [start(home, "firefox-esr", ["--headless", "--no-remote", "--profile", home, url])];
  },

  // The browser that comes with the engine has no headless mode: it gets a display of its own.
  webkit: async (url, home) => {
    const miniBrowser = readdirSync("/usr/lib")
      .map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`)
      .find((path) => existsSync(path));
    if (miniBrowser === undefined) throw new Error("Package missing: webkit2gtk-driver");
    const display = start(home, "Xvfb", ["-displayfd", "1", "-nolisten", "tcp"]);
    const [number] = (await once(display.stdout!, "data")) as [Buffer];
    const environment = { DISPLAY: `:${number.toString().trim()}`, NO_AT_BRIDGE: "1" };
    return [start(home, miniBrowser, ["--private", url], environment), display];
  },
};

function start(
  home: string,
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): ChildProcess {
  const child = spawn(program, args, {
    env: { ...process.env, HOME: home, TMPDIR: home, GSETTINGS_BACKEND: "memory", ...environment },
    // Not in a process group of its own: who kills the test run kills its browser with it.
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.on("error", (error) => {
    console.error(`Could not start ${program}: ${error.message}`);
  });
  child.stdout.resume();
  return child;
}

/** Asks to end, which lets a browser end its helpers; insists after a while. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const insist = setTimeout(() => child.kill("SIGKILL"), 5000);
  const closed = once(child, "exit");
  child.kill();
  await closed;
  clearTimeout(insist);
}

class SystemBrowser implements BrowserProvider {
  readonly name = "system";
  readonly supportsParallelism = false;
  readonly #launch: Launcher;
  readonly #homes: string[] = [];
  #processes: ChildProcess[] = [];

  constructor(project: TestProject) {
    const browser = project.config.browser.name;
    const launch = launchers[browser];
    if (!launch) throw new Error(`Unknown browser: ${browser}`);
    this.#launch = launch;
    // The page's frame asks for this before the tests; its size does not matter to them.
    project.browser!.registerCommand("__vitest_viewport" as never, (() => {}) as never);
  }

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_session: string, url: string): Promise<void> {
    await this.close();
    const home = mkdtempSync(join(tmpdir(), "browser-"));
    this.#homes.push(home);
    this.#processes = await this.#launch(url, home);
  }

  async close(): Promise<void> {
    for (const child of this.#processes) await stop(child);
    this.#processes = [];
    for (const home of this.#homes.splice(0)) {
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** For `browser.provider` in vitest's configuration. */
export function systemBrowser(): ReturnType<typeof defineBrowserProvider> {
  return defineBrowserProvider({
    name: "system",
    supportedBrowser: Object.keys(launchers),
    providerFactory: (project) => new SystemBrowser(project),
  });
}
