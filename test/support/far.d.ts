/** A test file once more, with other ends: see test/support/far-plugin.ts. */
declare module "*?far";
declare module "*?over";
declare module "*?body";
