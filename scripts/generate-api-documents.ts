// Writes docs/openapi.json from the routes and their schemas. Run it after changing one of them.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../packages/server/src/openapi/openapi-document.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = 'docs/openapi.json';

writeFileSync(
  new URL(`../${path}`, import.meta.url),
  `${JSON.stringify(await openApiDocument(), null, 2)}\n`,
);
execFileSync('node_modules/.bin/biome', ['format', '--write', path], { cwd: root, stdio: 'inherit' });
