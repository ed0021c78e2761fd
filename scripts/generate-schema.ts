// Writes packages/protocol/schema/event.schema.json from the definition of the event. Run it after changing event.ts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventJsonSchema } from '../packages/protocol/src/json-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = 'packages/protocol/schema/event.schema.json';

mkdirSync(new URL('../packages/protocol/schema', import.meta.url), { recursive: true });
writeFileSync(new URL(`../${path}`, import.meta.url), `${JSON.stringify(eventJsonSchema(), null, 2)}\n`);
execFileSync('node_modules/.bin/biome', ['format', '--write', path], { cwd: root, stdio: 'inherit' });
