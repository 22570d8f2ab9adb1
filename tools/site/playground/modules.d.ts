/** The library's entry point that draws, if the build has it: see .vitepress/config.ts. */
declare module "inspect-of-the-library" {
  export const toSVG: ((events: readonly unknown[]) => string) | undefined;
}
