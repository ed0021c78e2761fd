// Writes docs/command-line.md from the definition of the commands. Run it after changing one.
import { writeFileSync } from 'node:fs';
import { commandReference } from '../packages/taskwire/src/command-line/reference.ts';

writeFileSync(new URL('../docs/command-line.md', import.meta.url), commandReference());
