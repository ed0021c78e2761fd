import { TaskwireError } from '../error.ts';

/** One environment variable: how it is read, what it is when absent, and the words for the reference table. */
export interface Setting<T> {
  readonly name: string;
  readonly fallback: T;
  /** The fallback as a reader would write it, for the reference table. */
  readonly fallbackText: string;
  readonly expected: string;
  readonly description: string;
  /** Shown as `***` wherever settings are printed. */
  readonly secret: boolean;
  /** Returns undefined where the text is not of the expected form. */
  readonly parse: (text: string) => T | undefined;
}

interface SettingOptions<T> {
  readonly fallback: T;
  readonly description: string;
  readonly secret?: boolean;
}

const define = <T>(
  name: string,
  expected: string,
  options: SettingOptions<T>,
  parse: (text: string) => T | undefined,
): Setting<T> => ({
  name,
  expected,
  parse,
  fallback: options.fallback,
  fallbackText: String(options.fallback ?? '') || 'unset',
  description: options.description,
  secret: options.secret ?? false,
});

/** A line end in a name or path is a slip of the deployment's template, and would forge lines in logs. */
const parseText = (value: string): string | undefined =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  /^[^\u0000-\u001f\u007f]+$/.test(value) ? value : undefined;

const TEXT = 'a text without control characters';

export const text = (name: string, options: SettingOptions<string>): Setting<string> =>
  define(name, TEXT, options, parseText);

export const optionalText = (
  name: string,
  options: Omit<SettingOptions<undefined>, 'fallback'>,
): Setting<string | undefined> =>
  define<string | undefined>(name, TEXT, { ...options, fallback: undefined }, parseText);

export const flag = (name: string, options: SettingOptions<boolean>): Setting<boolean> =>
  define(name, 'true or false', options, (value) => {
    if (/^(true|1|yes|on)$/i.test(value)) return true;
    if (/^(false|0|no|off)$/i.test(value)) return false;
    return undefined;
  });

export const integer = (
  name: string,
  range: { readonly min: number; readonly max: number; readonly unit?: string },
  options: SettingOptions<number>,
): Setting<number> =>
  define(
    name,
    `a whole number from ${range.min} to ${range.max}${range.unit === undefined ? '' : ` (${range.unit})`}`,
    options,
    (value) => {
      if (!/^-?\d{1,15}$/.test(value)) return undefined;
      const parsed = Number(value);
      return parsed >= range.min && parsed <= range.max ? parsed : undefined;
    },
  );

export const choice = <const T extends string>(
  name: string,
  choices: readonly T[],
  options: SettingOptions<T>,
): Setting<T> =>
  define(name, `one of ${choices.join(', ')}`, options, (value) => choices.find((known) => known === value));

/** An address with one of the given schemes, such as `redis:`. What comes back is the text as it was given. */
export const address = <F extends string | undefined>(
  name: string,
  schemes: readonly string[],
  options: SettingOptions<F>,
): Setting<string | F> =>
  define<string | F>(name, `an address that begins with ${oneOf(schemes)}`, options, (value) =>
    parseAddress(value, schemes),
  );

/** Several of them, comma-separated; one without a scheme, such as `host:port`, gets the first. */
export const addresses = (
  name: string,
  schemes: readonly [string, ...string[]],
  options: SettingOptions<readonly string[]>,
): Setting<readonly string[]> =>
  define(
    name,
    `host:port or addresses that begin with ${oneOf(schemes)}, comma-separated`,
    options,
    (value) => {
      const items = value.split(',').map((item) => item.trim());
      const whole = items.map((item) => (item.includes('://') ? item : `${schemes[0]}//${item}`));
      const parsed = whole.flatMap((item) => parseAddress(item, schemes) ?? []);
      return parsed.length === items.length ? parsed : undefined;
    },
  );

const oneOf = (schemes: readonly string[]): string => schemes.map((scheme) => `${scheme}//`).join(' or ');

function parseAddress(value: string, schemes: readonly string[]): string | undefined {
  const url = URL.parse(value);
  const scheme = schemes.find((known) => value.toLowerCase().startsWith(`${known}//`));
  const isComplete = url !== null && (url.hostname !== '' || url.pathname.length > 1);
  return scheme !== undefined && isComplete && parseText(value) !== undefined ? value : undefined;
}

export const list = (name: string, options: SettingOptions<readonly string[]>): Setting<readonly string[]> =>
  define(name, 'a comma-separated list without control characters', options, (value) =>
    parseText(value)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** Reads one setting. An empty variable counts as unset, as in the shell idiom `NAME= command`. */
export function readSetting<T>(setting: Setting<T>, env: Readonly<Record<string, string | undefined>>): T {
  const given = env[setting.name];
  if (given === undefined || given === '') return setting.fallback;
  const parsed = setting.parse(given);
  if (parsed === undefined) {
    const shown = setting.secret ? 'a value that is not of that form' : JSON.stringify(given.slice(0, 100));
    throw new TaskwireError('setting_invalid', `${setting.name}: expected ${setting.expected}, got ${shown}`);
  }
  return parsed;
}
