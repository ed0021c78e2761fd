/** Sources run sources, built code runs built code. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** The URL of a module of ours that is run and not imported, by its path from `src/` (or `dist/`) without extension. */
export const moduleUrl = (pathWithoutExtension: string): URL =>
  new URL(`../${pathWithoutExtension}.${EXTENSION}`, import.meta.url);
