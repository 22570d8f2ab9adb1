/** Every link of the built site leads to a page that is there, and to a place on it; none leads to another host. */

import { existsSync, readdirSync, readFileSync } from "node:fs";

import { built } from "./folders.ts";

export function checkLinks(): void {
  const base = process.env["SITE_BASE"] ?? "/";
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".html"),
  );
  const texts = new Map(files.map((file) => [file, readFileSync(built + file, "utf8")]));
  const places = new Map([...texts].map(([file, text]) => [file, placesOf(text)]));
  const complaints: string[] = [];
  let count = 0;

  for (const [file, text] of texts) {
    for (const [, attribute, address] of text.matchAll(/\s(href|src)="([^"]*)"/g)) {
      count += 1;
      const wrong = wrongWith(attribute!, unescaped(address!), file);
      if (wrong) complaints.push(`${file}: ${wrong}: ${address}`);
    }
  }

  function wrongWith(attribute: string, address: string, from: string): string | undefined {
    if (/^(data|mailto):/.test(address)) return undefined;
    const url = new URL(address, `http://site${base}${from}`);
    if (url.host !== "site") return attribute === "src" ? "loads from another host" : undefined;
    if (!url.pathname.startsWith(base)) return "leads out of the site";
    let path = decodeURIComponent(url.pathname.slice(base.length));
    if (path === "" || path.endsWith("/")) path += "index.html";
    if (!existsSync(built + path)) return "leads nowhere";
    const place = decodeURIComponent(url.hash.slice(1));
    if (place === "" || place.startsWith("code=")) return undefined;
    return places.get(path)?.has(place) ? undefined : "leads to no place of its page";
  }

  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  console.log(`${count} links on ${files.length} pages lead somewhere`);
}

function placesOf(html: string): ReadonlySet<string> {
  return new Set(Array.from(html.matchAll(/\s(?:id|name)="([^"]*)"/g), ([, id]) => unescaped(id!)));
}

function unescaped(text: string): string {
  return text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
}
