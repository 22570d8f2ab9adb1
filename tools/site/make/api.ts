/** The API reference: the doc comments of src/, by TypeDoc. Whatever it warns of ends the build. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  Application,
  type DeclarationReflection,
  ReflectionKind,
  type TypeDocOptions,
} from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

import { entryPoints } from "../../../scripts/entry-points.ts";
import { pages, project, site } from "./folders.ts";

export async function writeApi(): Promise<void> {
  const options: TypeDocOptions & PluginOptions = {
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: entryPoints().map(({ source }) => project + source),
    tsconfig: `${site}tsconfig.api.json`,
    name: "API",
    out: `${pages}api`,
    readme: "none",
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    treatWarningsAsErrors: true,
    validation: { notExported: false, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: ["Class", "Interface", "TypeAlias", "Accessor"],
    logLevel: "Warn",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandObjects: true,
    indexFormat: "table",
    tableColumnSettings: { leftAlignHeaders: true },
    parametersFormat: "table",
    interfacePropertiesFormat: "list",
    fileExtension: ".md",
    entryFileName: "index",
    membersWithOwnFile: ["Class", "Function", "Interface", "TypeAlias"],
    pageTitleTemplates: {
      index: () => "API",
      module: ({ name }) => importName(name),
      member: ({ name }) => name,
    },
  };
  const app = await Application.bootstrapWithPlugins(options);
  const reflections = await app.convert();
  if (!reflections) throw new Error("TypeDoc could not read src/");
  app.validate(reflections);
  // Required like the others, this kind would ask for a comment at each method of each structural type, too.
  for (const one of reflections.getReflectionsByKind(ReflectionKind.Function)) {
    const { name, signatures = [] } = one as DeclarationReflection;
    if (!signatures.some((signature) => signature.hasComment())) {
      app.logger.error(`${name} has no doc comment`);
    }
  }
  await app.generateOutputs(reflections);
  for (const file of filesOf(options.out!)) {
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text
        .replaceAll("__namedParameters", "options")
        .replaceAll("[index](", `[${importName("index")}](`),
    );
  }
  writeFileSync(`${options.out}/index.md`, overview(options.out!));
  if (app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error("TypeDoc has complaints, above: they count as errors");
  }
}

/** What users write to import a module: TypeDoc knows it by the name of its file. */
export function importName(stem: string): string {
  return entryPoints().find((entry) => entry.stem === stem)?.name ?? stem;
}

/** All functions and classes on one page, by the module that they come from. */
function overview(folder: string): string {
  const modules = entryPoints().map(({ name, stem }) => {
    const text = readFileSync(`${folder}/${stem}/index.md`, "utf8");
    const tables = ["Functions", "Classes"].map(
      (kind) => new RegExp(`^## ${kind}\\n([^]*?)(?=^## |$(?![^]))`, "m").exec(text)?.[1] ?? "",
    );
    const rows = tables.flatMap((table) =>
      table.split("\n").filter((line) => line.startsWith("| [")),
    );
    const links = rows.map((row) => row.replaceAll(/\]\((?=\w)/g, `](${stem}/`));
    return `## [${name}](${stem}/index.md)\n\n| | |\n| --- | --- |\n${links.join("\n")}\n`;
  });
  return `# API\n\nTypes are on the pages of their modules.\n\n${modules.join("\n")}`;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
}
