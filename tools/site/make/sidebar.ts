/** What stands beside the pages. Pages that no group names are listed with the guides. */

import { existsSync, readdirSync, readFileSync } from "node:fs";

import type { DefaultTheme } from "vitepress";

import { entryPoints } from "../../../scripts/entry-points.ts";
import { pages } from "./folders.ts";
import { allPages, type Page } from "./pages.ts";
import { titleOf } from "./programs.ts";

type Item = DefaultTheme.SidebarItem;

const groups: Readonly<Record<string, readonly string[]>> = {
  Start: ["introduction", "docs/which-one", "docs/recipes", "examples", "playground"],
  Guides: [
    "docs/generators",
    "docs/adapters",
    "docs/far-ends",
    "docs/seeing",
    "docs/troubleshooting",
  ],
  "Composing channels": ["docs/flow/"],
  Reference: ["docs/semantics", "api/index", "benchmark", "docs/design"],
  Compared: ["docs/comparison", "docs/coming-from", "docs/from-repeater"],
  Project: ["changelog", "contributing", "security"],
};

/** Where a page has no title, or one that is too long for a narrow column. */
const SHORT: Readonly<Record<string, string>> = {
  introduction: "Introduction",
  playground: "Playground",
  "api/index": "API",
};

export function sidebar(): DefaultTheme.Sidebar {
  return { "/api/": apiSidebar(), "/": mainSidebar() };
}

function mainSidebar(): Item[] {
  const documents = allPages();
  const nameOf = ({ path }: Page) => path.replace(/\.md$/, "");
  const named = new Set(Object.values(groups).flat());
  const known = (name: string) => named.has(name) || name.startsWith("docs/flow/");
  const others = documents.map(nameOf).filter((name) => !known(name));

  return Object.entries(groups).flatMap(([text, names]) => {
    const members = names.flatMap((name) =>
      name.endsWith("/")
        ? documents.map(nameOf).filter((path) => path.startsWith(name))
        : existsSync(`${pages}${name}.md`)
          ? [name]
          : [],
    );
    if (text === "Guides") members.push(...others);
    if (members.length === 0) return [];
    const items = members.map((name) => ({
      text: SHORT[name] ?? shortened(titleOf(readFileSync(`${pages}${name}.md`, "utf8"))),
      link: `/${name}`,
    }));
    return [{ text, items }];
  });
}

/** `select: the first of several` is `select`. */
function shortened(title: string): string {
  return title.replace(/:.*$/, "");
}

const kinds = { functions: "", classes: "", interfaces: "Interfaces", "type-aliases": "Types" };

function apiSidebar(): Item[] {
  const modules = entryPoints().map(({ name, stem }): Item => {
    const folder = `${pages}api/${stem}`;
    const items: Item[] = [];
    for (const [kind, text] of Object.entries(kinds)) {
      if (!existsSync(`${folder}/${kind}`)) continue;
      const members = readdirSync(`${folder}/${kind}`)
        .toSorted()
        .map((file) => file.replace(/\.md$/, ""))
        .map((member) => ({ text: member, link: `/api/${stem}/${kind}/${member}` }));
      if (text === "") items.push(...members);
      else items.push({ text, items: members, collapsed: true });
    }
    return { text: name.replace("coroutine-channels/", "…/"), link: `/api/${stem}/`, items };
  });
  return [{ text: "API", link: "/api/" }, ...modules];
}
