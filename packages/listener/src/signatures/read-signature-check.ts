import { readFileSync } from 'node:fs';
import { readNamedKeys, type Settings, TaskwireError } from '@taskwire/protocol';
import { createSignatureCheck, type SignatureCheck } from './signature-check.ts';

/**
 * Whose events are believed, by the settings; undefined where signatures are not looked at.
 * @throws TaskwireError `setting_invalid` naming the setting, never a key
 */
export function readSignatureCheck(
  settings: Pick<Settings, 'verifyKeys' | 'verifyKeysFile' | 'signaturesRequired'>,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): SignatureCheck | undefined {
  const required = settings.signaturesRequired;
  const keys = readNamedKeys(
    {
      setting: 'TASKWIRE_VERIFY_KEYS',
      given: settings.verifyKeys,
      fileSetting: 'TASKWIRE_VERIFY_KEYS_FILE',
      file: settings.verifyKeysFile,
    },
    readFile,
  );
  if (keys.length > 0) return createSignatureCheck({ keys, required });
  if (required === 'none') return undefined;
  throw new TaskwireError(
    'setting_invalid',
    `TASKWIRE_VERIFY_KEYS: expected at least one key, since TASKWIRE_SIGNATURES_REQUIRED=${required} would refuse every event without`,
  );
}
