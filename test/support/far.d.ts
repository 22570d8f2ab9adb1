/** A test file once more, with far ends: see test/support/far-plugin.ts. */
declare module "*?far";
