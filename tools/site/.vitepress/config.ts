import { existsSync } from "node:fs";

import { defineConfig } from "vitepress";

import { addressOf } from "../make/address.ts";
import { pages, project, site } from "../make/folders.ts";
import { runsInBrowser } from "../make/programs.ts";
import { sidebar } from "../make/sidebar.ts";
import { version } from "../make/version.ts";

/** Where the site will be served from, if not from a host's root: `/coroutine-channels/`. */
const base = process.env["SITE_BASE"] ?? "/";

const inspect = `${project}dist/inspect.js`;

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
    resolve: {
      alias: {
        "inspect-of-the-library": existsSync(inspect) ? inspect : `${site}playground/no-inspect.ts`,
      },
    },
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
        if (!/^ts\b/.test(info) || !runsInBrowser(content)) return shown;
        const program = content.replace(/\n\/\/ Prints:\n[^]*$/, "\n");
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
