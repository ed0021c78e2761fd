import { readFileSync } from 'node:fs';
import { type NamedKey, readNamedKeys, type Settings, TaskwireError } from '@taskwire/protocol';

/**
 * The key that this worker signs with; undefined where it signs nothing.
 * @throws TaskwireError `setting_invalid` naming the setting, never the key
 */
export function readSigningKey(
  settings: Pick<Settings, 'signingKey' | 'signingKeyFile'>,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): NamedKey | undefined {
  const keys = readNamedKeys(
    {
      setting: 'TASKWIRE_SIGNING_KEY',
      given: settings.signingKey?.split(',') ?? [],
      fileSetting: 'TASKWIRE_SIGNING_KEY_FILE',
      file: settings.signingKeyFile,
    },
    readFile,
  );
  if (keys.length < 2) return keys[0];
  const setting =
    settings.signingKeyFile === undefined ? 'TASKWIRE_SIGNING_KEY' : 'TASKWIRE_SIGNING_KEY_FILE';
  throw new TaskwireError('setting_invalid', `${setting}: expected one key, got ${keys.length}`);
}
