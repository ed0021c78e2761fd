// Writes what the Python client has in common with the rest: the settings, the scripts for Redis, the outbox's schema.
// Run it after changing any of them.
import { copyFileSync, writeFileSync } from 'node:fs';
import { knownSettings } from '../packages/protocol/src/settings/known-settings.ts';
import { pythonClientCopies } from './python-client-copies.ts';

const root = new URL('../', import.meta.url);

for (const [source, copy] of pythonClientCopies) copyFileSync(new URL(source, root), new URL(copy, root));
writeFileSync(new URL('clients/python/src/taskwire/known_settings.json', root), knownSettings());
