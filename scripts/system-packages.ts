/** Installs what some tests need of the system, Debian's packages, where it is missing: browsers, NATS, OpenSSL, networks. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const packages = {
  openssl: "openssl",
  "nats-server": "nats-server",
  ip: "iproute2",
  chromium: "chromium",
  "firefox-esr": "firefox-esr",
  WebKitWebDriver: "webkit2gtk-driver",
  Xvfb: "xvfb",
  xauth: "xauth",
};

function isOnPath(program: string): boolean {
  // Debian keeps servers where only the administrator's PATH leads.
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}

const missing = Object.entries(packages)
  .filter(([program]) => !isOnPath(program))
  .map(([, name]) => name);
if (missing.length > 0) {
  console.log(`Installing ${missing.join(", ")} ...`);
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo"];
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-qq", "-y", "--no-install-recommends", ...missing],
  ]) {
    const [program, ...rest] = [...asRoot, "apt-get", ...args] as [string, ...string[]];
    execFileSync(program, rest, { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  }
}
