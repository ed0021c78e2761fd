// Writes docs/settings.md from the definition of the settings. Run it after changing settings.ts.
import { writeFileSync } from 'node:fs';
import { settingsReference } from '../packages/protocol/src/settings/settings-reference.ts';

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsReference());
