import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** All settings as JSON, for clients in other languages: what clients/python/src/taskwire/known_settings.json holds. */
export function knownSettings(): string {
  const settings = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ name, fallbackText, expected, secret }) => ({
      name,
      default: fallbackText === 'unset' ? null : fallbackText,
      expected,
      secret,
    }),
  );
  return `${JSON.stringify(settings, null, 2)}\n`;
}
