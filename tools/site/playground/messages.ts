/** What a running program says to the page. It is data from a stranger: shown as text, never as markup. */

export type State =
  | "starting"
  | "running"
  /** Everything is over, and no call waits. */
  | "ended"
  /** The program's text has come to its end; calls wait, though, which nobody will answer. */
  | "left"
  /** Nothing runs any more, and yet the program is not over. */
  | "waits"
  | "stopped";

export type Message =
  | { readonly type: "line"; readonly level: Level; readonly text: string }
  | { readonly type: "events"; readonly events: readonly unknown[] }
  | { readonly type: "state"; readonly state: State; readonly report: string }
  | { readonly type: "alive" };

export type Level = "log" | "warn" | "error";

/** What a program is given to run with. */
export interface Modules {
  /** Runs in the worker before anything else. */
  readonly boot: string;
  /** In such an order that each file imports only files before it. */
  readonly library: readonly LibraryFile[];
  /** From the name that a program imports to the path of the file. */
  readonly entries: Readonly<Record<string, string>>;
}

export interface LibraryFile {
  /** `dist/core/call.js` */
  readonly path: string;
  readonly text: string;
}

/** An import or export of another file of the library: `from "./core/call.js"`. */
export const IMPORTED_FILE = /^((?:import|export|\}).*?)"(\.[^"]+)"/gm;

export interface Start {
  readonly modules: Modules;
  readonly program: string;
}
