/** What test/support/doctest-plugin.ts generates. */
declare module "virtual:doctest" {
  export const programs: readonly {
    readonly name: string;
    readonly broken: boolean;
    readonly expected: readonly string[];
    /** Runs the program: its first import. */
    readonly run: () => Promise<unknown>;
  }[];
}
