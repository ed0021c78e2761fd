// Writes packages/protocol/src/event-checks.ts from the definition of the event. Run it after changing event-schema.ts.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventChecksSource } from '../packages/protocol/test/event-checks-source.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = 'packages/protocol/src/event-checks.ts';

writeFileSync(new URL(`../${path}`, import.meta.url), eventChecksSource());
// Twice: the layout settles only after the parentheses that typebox writes are gone.
for (let pass = 0; pass < 2; pass++) {
  execFileSync('node_modules/.bin/biome', ['format', '--write', path], { cwd: root, stdio: 'inherit' });
}
