import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, type Settings, TaskwireError } from '@taskwire/protocol';

/** The keys of the certificate tasks. The first encrypts, all decrypt: that is how a key is replaced. */
export interface Keyring {
  readonly first: { readonly id: string; readonly key: KeyObject } | undefined;
  find(id: string): KeyObject | undefined;
  readonly ids: readonly string[];
}

const KEY_BYTES = 32;
/** Checked besides the length, because node's decoder skips characters that do not belong. */
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/_-]{43}=?$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Reads the keys from the setting, or from the file it names.
 * @throws TaskwireError `setting_invalid` naming the setting and the place, never the key
 */
export function readKeyring(
  settings: Pick<Settings, 'certificateKeys' | 'certificateKeysFile'>,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Keyring {
  const { certificateKeys, certificateKeysFile } = settings;
  if (certificateKeys !== undefined && certificateKeysFile !== undefined) {
    throw new TaskwireError(
      'setting_invalid',
      'TASKWIRE_CERTIFICATE_KEYS_FILE: expected only one of it and TASKWIRE_CERTIFICATE_KEYS, got both',
    );
  }
  if (certificateKeysFile === undefined) {
    return parseKeyring('TASKWIRE_CERTIFICATE_KEYS', (certificateKeys ?? '').split(','));
  }
  const name = 'TASKWIRE_CERTIFICATE_KEYS_FILE';
  let text: string;
  try {
    text = readFile(certificateKeysFile);
  } catch (cause) {
    throw new TaskwireError('setting_invalid', `${name}: the file cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
  return parseKeyring(name, text.split(/[\n,]/));
}

function parseKeyring(setting: string, texts: readonly string[]): Keyring {
  const keys = new Map<string, KeyObject>();
  const entries = texts.map((text) => text.trim()).filter((text) => text !== '' && !text.startsWith('#'));
  for (const [index, entry] of entries.entries()) {
    const place = `${setting}: entry ${index + 1}`;
    const colon = entry.indexOf(':');
    const id = entry.slice(0, colon);
    if (colon < 1 || !KEY_ID.test(id)) {
      throw new TaskwireError(
        'setting_invalid',
        `${place}: expected id:base64 with an id of letters, digits, - and _, got something else`,
      );
    }
    const encoded = entry.slice(colon + 1);
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length !== KEY_BYTES || !BASE64_OF_32_BYTES.test(encoded)) {
      throw new TaskwireError(
        'setting_invalid',
        `${place}: expected base64 of ${KEY_BYTES} bytes after ${id}:, got ${bytes.length} bytes`,
      );
    }
    if (keys.has(id)) throw new TaskwireError('setting_invalid', `${place}: the id ${id} is given twice`);
    keys.set(id, createSecretKey(bytes));
    bytes.fill(0);
  }
  const [first] = keys;
  return {
    first: first === undefined ? undefined : { id: first[0], key: first[1] },
    find: (id) => keys.get(id),
    ids: [...keys.keys()],
  };
}
