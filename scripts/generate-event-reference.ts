// Writes docs/events.md from the definition of the event and from docs/asyncapi.json. Run it after changing one of them.
import { readFileSync, writeFileSync } from 'node:fs';
import { eventReference } from './event-reference.ts';

const docs = new URL('../docs/', import.meta.url);
const redisSide = JSON.parse(readFileSync(new URL('asyncapi.json', docs), 'utf8'));
writeFileSync(new URL('events.md', docs), eventReference(redisSide));
