/** Where things are. */

import { fileURLToPath } from "node:url";

/** The project, whose pages these are. */
export const project: string = fileURLToPath(new URL("../../../", import.meta.url));

/** This package. */
export const site: string = fileURLToPath(new URL("../", import.meta.url));

/** Everything that VitePress reads, made anew by each build. */
export const pages: string = `${site}pages/`;

/** The site as it can be served. */
export const built: string = `${site}dist/`;
