import { createSecretKey, type KeyObject } from 'node:crypto';
import { messageOf, TaskwireError } from '../error.ts';

/** A secret key with the name it is spoken of by. */
export interface NamedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Where keys are given: in a variable, or in a file that another one names. */
export interface KeySource {
  readonly setting: string;
  readonly given: readonly string[];
  readonly fileSetting: string;
  readonly file: string | undefined;
}

const KEY_BYTES = 32;
/** Checked besides the length, because node's decoder skips characters that do not belong. */
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/_-]{43}=?$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Reads keys given as `id:base64` of 32 bytes, comma-separated or one a line, in the order in which they stand.
 * @throws TaskwireError `setting_invalid` naming the setting and the place, never the key
 */
export function readNamedKeys(source: KeySource, readFile: (path: string) => string): readonly NamedKey[] {
  const { setting, given, fileSetting, file } = source;
  if (file === undefined) return parseNamedKeys(setting, given);
  if (given.length > 0) {
    throw new TaskwireError(
      'setting_invalid',
      `${fileSetting}: expected only one of it and ${setting}, got both`,
    );
  }
  let text: string;
  try {
    text = readFile(file);
  } catch (cause) {
    throw new TaskwireError(
      'setting_invalid',
      `${fileSetting}: the file cannot be read: ${messageOf(cause)}`,
      { cause },
    );
  }
  const keys = parseNamedKeys(fileSetting, text.split(/[\n,]/));
  if (keys.length > 0) return keys;
  throw new TaskwireError(
    'setting_invalid',
    `${fileSetting}: expected at least one key in the file, got none`,
  );
}

function parseNamedKeys(setting: string, texts: readonly string[]): readonly NamedKey[] {
  const keys: NamedKey[] = [];
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
    if (keys.some((known) => known.id === id)) {
      throw new TaskwireError('setting_invalid', `${place}: the id ${id} is given twice`);
    }
    keys.push({ id, key: createSecretKey(bytes) });
    bytes.fill(0);
  }
  return keys;
}
