/** What a running program says to the page. It is data from a stranger: shown as text, never as markup. */

export type State =
  | "starting"
  | "running"
  /** Everything is over, and no call waits. */
  | "ended"
  /** Nothing runs any more, and yet the program is not over. */
  | "waits"
  | "stopped";

export type Message =
  | { readonly type: "line"; readonly level: Level; readonly text: string }
  | { readonly type: "events"; readonly events: readonly unknown[] }
  | { readonly type: "state"; readonly state: State; readonly report: string }
  | { readonly type: "alive" };

export type Level = "log" | "warn" | "error";

/** What a program is given to run with: the text of modules, by name. */
export interface Modules {
  /** Runs in the worker before anything else. */
  readonly boot: string;
  /** All entry points in one file, so that they share their core. */
  readonly library: string;
  /** Per import name, the names that it exports, and what the library file calls it. */
  readonly entries: Readonly<Record<string, Entry>>;
}

export interface Entry {
  readonly stem: string;
  readonly exports: readonly string[];
}

export interface Start {
  readonly modules: Modules;
  readonly program: string;
}
