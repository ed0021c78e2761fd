import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readNamedKeys, type Settings } from '@taskwire/protocol';

/** The keys of the certificate tasks. The first encrypts, all decrypt: that is how a key is replaced. */
export interface Keyring {
  readonly first: { readonly id: string; readonly key: KeyObject } | undefined;
  find(id: string): KeyObject | undefined;
  readonly ids: readonly string[];
}

/**
 * Reads the keys from the setting, or from the file it names.
 * @throws TaskwireError `setting_invalid` naming the setting and the place, never the key
 */
export function readKeyring(
  settings: Pick<Settings, 'certificateKeys' | 'certificateKeysFile'>,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Keyring {
  const keys = readNamedKeys(
    {
      setting: 'TASKWIRE_CERTIFICATE_KEYS',
      given: settings.certificateKeys?.split(',') ?? [],
      fileSetting: 'TASKWIRE_CERTIFICATE_KEYS_FILE',
      file: settings.certificateKeysFile,
    },
    readFile,
  );
  return {
    first: keys[0],
    find: (id) => keys.find((known) => known.id === id)?.key,
    ids: keys.map(({ id }) => id),
  };
}
