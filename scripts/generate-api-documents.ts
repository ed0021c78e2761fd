// Writes docs/openapi.json, docs/asyncapi.json and the tables of docs/api.md from the routes and schemas. Run it after changing one of them.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSettings, redisNames } from '@taskwire/protocol';
import { asyncApiDocument } from '../packages/server/src/asyncapi/asyncapi-document.ts';
import { openApiDocument } from '../packages/server/src/openapi/openapi-document.ts';
import { withTables } from './api-tables.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const openApi = await openApiDocument();
const documents = {
  'docs/openapi.json': openApi,
  'docs/asyncapi.json': asyncApiDocument(redisNames(readSettings({}))),
};

for (const [path, document] of Object.entries(documents)) {
  writeFileSync(new URL(`../${path}`, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
}
const format = ['format', '--write', ...Object.keys(documents)];
execFileSync('node_modules/.bin/biome', format, { cwd: root, stdio: 'inherit' });

const page = new URL('../docs/api.md', import.meta.url);
writeFileSync(page, withTables(readFileSync(page, 'utf8'), openApi as Parameters<typeof withTables>[1]));
