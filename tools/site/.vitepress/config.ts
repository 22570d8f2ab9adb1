import { defineConfig } from "vitepress";

import { addressOf } from "../make/address.ts";
import { pages } from "../make/folders.ts";
import { allPrograms } from "../make/programs.ts";
import { sidebar } from "../make/sidebar.ts";
import { version } from "../make/version.ts";

/** Where the site will be served from, if not from a host's root: `/coroutine-channels/`. */
const base = process.env["SITE_BASE"] ?? "/";

/** Nothing else has a button that runs it: signatures, for one, are in TypeScript, too. */
const programs = new Set(allPrograms().map(({ code }) => code));

/** Nothing on any page can ask another host for anything. */
const policy = "default-src 'self' 'unsafe-inline' data: blob:; object-src 'none'; base-uri 'self'";

export default defineConfig({
  title: "coroutine-channels",
  description: "Channels between coroutines: async generators turned inside out.",
  lang: "en",
  base,
  srcDir: "pages",
  outDir: "dist",
  vite: {
    publicDir: `${pages}public`,
    build: { chunkSizeWarningLimit: 1000 },
  },
  head: [
    ["meta", { "http-equiv": "Content-Security-Policy", content: policy }],
    ["link", { rel: "icon", type: "image/svg+xml", href: `${base}icon.svg` }],
    ["meta", { name: "theme-color", content: "#c2410c" }],
  ],
  markdown: {
    config(md) {
      const fence = md.renderer.rules.fence!;
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info, content } = tokens[index]!;
        const shown = fence(tokens, index, ...rest);
        const program = `${content.replace(/\n\/\/ Prints:\n[^]*$/, "").trimEnd()}\n`;
        if (!programs.has(program)) return shown;
        const broken = info.startsWith("ts broken") ? " broken" : "";
        const href = `${base}playground.html${addressOf(program)}`;
        return `<div class="program${broken}">${shown}<a class="run" href="${href}">Run</a></div>`;
      };
    },
  },
  themeConfig: {
    logo: "/icon.svg",
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Guide", link: "/introduction", activeMatch: "^/(introduction|docs)" },
      { text: "Examples", link: "/examples", activeMatch: "^/(examples|source/examples)" },
      { text: "API", link: "/api/", activeMatch: "^/api/" },
      { text: "Benchmark", link: "/benchmark" },
      { text: "Playground", link: "/playground" },
      { text: version, link: "/changelog" },
    ],
    sidebar: sidebar(),
    docFooter: { prev: "Previous", next: "Next" },
    footer: {
      message: "MIT licence. The idea is that of Sander Voerman's sav.channels for Python.",
    },
  },
});
