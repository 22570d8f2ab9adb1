/** What console.log shows of its arguments, the same in every runtime: in Node's way, on one line. */
export function printed(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : show(value))).join(" ");
}

function show(value: unknown): string {
  if (typeof value === "string") return `'${value.replaceAll("'", String.raw`\'`)}'`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function: ${value.name || "(anonymous)"}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value)) return enclosed("[", value.map(show), "]");
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => `${show(key)} => ${show(item)}`);
    return `Map(${value.size}) ${enclosed("{", entries, "}")}`;
  }
  if (value instanceof Set) return `Set(${value.size}) ${enclosed("{", [...value].map(show), "}")}`;
  const { name } = (Object.getPrototypeOf(value) as object | null)?.constructor ?? Object;
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${show(item)}`);
  return (name === "Object" ? "" : `${name} `) + enclosed("{", entries, "}");
}

function enclosed(open: string, items: readonly string[], close: string): string {
  return items.length === 0 ? open + close : `${open} ${items.join(", ")} ${close}`;
}
