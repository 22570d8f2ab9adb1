/** `npm run site:open`: serves the built site, to this machine only. */

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

import { built } from "./make/folders.ts";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export async function serveSite(port: number): Promise<{ url: string; server: Server }> {
  if (!existsSync(`${built}index.html`)) throw new Error("Nothing is built yet: npm run site");
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    // A normalized path cannot leave the folder.
    let file = join(built, normalize(decodeURIComponent(pathname)));
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) file = join(file, "index.html");
    const found = existsSync(file);
    if (!found) file = join(built, "404.html");
    const type = types[extname(file)] ?? "application/octet-stream";
    response.writeHead(found ? 200 : 404, { "content-type": type, "cache-control": "no-cache" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

if (import.meta.main) {
  const { url } = await serveSite(Number(process.env["PORT"] ?? 4173));
  console.log(`The site is at ${url} until you press Ctrl+C`);
}
