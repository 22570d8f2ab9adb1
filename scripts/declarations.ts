/** The public surface of an entry point, as text: what `api/*.txt` holds. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { parseSync } from "rolldown/utils";

import { compile } from "./compile.ts";
import { type EntryPoint, entryPoints } from "./entry-points.ts";

/** A name, as one file sees it: declared there, or taken from another file. */
type Binding = { readonly text: string } | { readonly file: string; readonly name: string };

/** What one declaration file holds. */
interface DeclarationFile {
  readonly bindings: ReadonlyMap<string, Binding>;
  /** From the exported name to the name in the file. */
  readonly exports: ReadonlyMap<string, string>;
}

/** The surface of every entry point of src/ as it stands, by the stem of its files. */
export function publicSurfaces(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "declarations-"));
  try {
    compile("--emitDeclarationOnly", "--declarationMap", "false", "--outDir", folder);
    return new Map(entryPoints().map((entry) => [entry.stem, surfaceOf(entry, folder)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The exported names, then their declarations and those of all names that these mention. */
function surfaceOf({ name, stem }: EntryPoint, folder: string): string {
  const files = new Map<string, DeclarationFile>();
  const read = (path: string) => {
    const known = files.get(path) ?? readDeclarations(path);
    files.set(path, known);
    return known;
  };

  const shown = new Map<string, string>();
  function show(path: string, local: string): void {
    const binding = read(path).bindings.get(local);
    if (!binding) return; // of the language or the platform
    if ("file" in binding) {
      const exported = read(binding.file).exports.get(binding.name);
      if (exported === undefined) throw new Error(`${binding.file} has no ${binding.name}`);
      show(binding.file, exported);
      return;
    }
    const key = `${local} ${path}`;
    if (shown.has(key)) return;
    shown.set(key, binding.text);
    for (const [word] of binding.text.matchAll(/[\w$]+/g)) show(path, word);
  }

  const entry = join(folder, `${stem}.d.ts`);
  const names = [...read(entry).exports].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [, local] of names) show(entry, local);
  const declarations = [...shown].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return [`// ${name}`, ...names.map(([exported]) => `// - ${exported}`), "", ...declarations, ""]
    .join("\n")
    .replaceAll("\n\n\n", "\n\n");
}

function readDeclarations(path: string): DeclarationFile {
  const source = readFileSync(path, "utf8");
  const { program, comments } = parseSync(path, source);
  const bindings = new Map<string, Binding>();
  const exports = new Map<string, string>();
  const fileOf = (specifier: string) =>
    resolve(dirname(path), specifier.replace(/\.[jt]s$/, ".d.ts"));

  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      const { value } = statement.source;
      if (!value.startsWith(".")) continue;
      for (const specifier of statement.specifiers) {
        if (specifier.type !== "ImportSpecifier") throw new Error(`${path}: Import names, not *`);
        const name = identifier(specifier.imported);
        bindings.set(specifier.local.name, { file: fileOf(value), name });
      }
    } else if (statement.type === "ExportNamedDeclaration" && !statement.declaration) {
      for (const specifier of statement.specifiers) {
        const local = identifier(specifier.local);
        const exported = identifier(specifier.exported);
        exports.set(exported, local);
        if (!statement.source) continue;
        bindings.set(local, { file: fileOf(statement.source.value), name: local });
      }
    } else if (statement.type === "ExportAllDeclaration") {
      throw new Error(`${path}: List the exported names, not *`);
    } else {
      const exported = statement.type === "ExportNamedDeclaration";
      const declaration = exported ? statement.declaration! : statement;
      const text = withoutPrivateParts(source, statement, comments);
      for (const name of declaredNames(declaration)) {
        // Overloads are several declarations of one name.
        const before = bindings.get(name);
        bindings.set(name, { text: before && "text" in before ? before.text + text : text });
        if (exported) exports.set(name, name);
      }
    }
  }
  return { bindings, exports };
}

type Statement = ReturnType<typeof parseSync>["program"]["body"][number];
type Range = { readonly start: number; readonly end: number };

function identifier(name: { type: string } & ({ name: string } | { value: string })): string {
  return "name" in name ? name.name : name.value;
}

function declaredNames(declaration: Statement): string[] {
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => ("name" in id ? [id.name] : []));
  }
  if ("id" in declaration && declaration.id && "name" in declaration.id) {
    return [declaration.id.name];
  }
  return [];
}

/** A statement's text without its comments, `private` members and `#private` marks. */
function withoutPrivateParts(
  source: string,
  statement: Statement,
  comments: readonly Range[],
): string {
  const inside = ({ start, end }: Range) => start >= statement.start && end <= statement.end;
  const declaration =
    statement.type === "ExportNamedDeclaration" ? statement.declaration! : statement;
  const members = declaration.type === "ClassDeclaration" ? declaration.body.body : [];
  const hidden = members.filter(
    (member) =>
      ("accessibility" in member && member.accessibility === "private") ||
      ("key" in member && member.key?.type === "PrivateIdentifier"),
  );
  let text = "";
  let from = statement.start;
  const left = [...comments.filter(inside), ...hidden].toSorted((a, b) => a.start - b.start);
  for (const { start, end } of left) {
    if (start < from) continue;
    text += source.slice(from, start);
    from = end;
  }
  text += source.slice(from, statement.end);
  return `${text.replace(/^[ \t]*\n/gm, "")}\n`;
}
