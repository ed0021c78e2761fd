/** Stands where a secret was. No worker ever gets it: whoever sends it back is refused. */
export const SECRET_MASK = '[secret: not kept]';

/** What counts as secret where nobody says otherwise, besides what the tasks of this repository take. */
export const SECRET_PARAMS_BY_DEFAULT: readonly string[] = [
  ...['password', 'passwd', 'passphrase', 'secret', 'token', 'credential', 'credentials', 'authorization'],
  ...['api_key', 'access_key', 'secret_key', 'private_key', 'encryption_key', 'signing_key', 'cookie'],
  'tasks.web.certificate.encrypt_certificate_data:data',
];

/** Deeper than anything that is taken in. */
const DEPTH_MAX = 128;

/** Tells secrets by their names. Everything here returns its argument itself where there is nothing to hide in it. */
export interface SecretParams {
  /** The same with a mask for each secret, at any depth. */
  hide<T>(value: T, taskName: string | null): T;
  /** The same in a text that may be JSON, or its beginning, or anything else. */
  hideInText(text: string): string;
}

/**
 * @param entries `password`: whatever is called so or ends in it (`db_password`, `userPassword`), in every task;
 * `some.task:data`: what is called exactly `data`, in that task only
 */
export function createSecretParams(entries: readonly string[]): SecretParams {
  const endings = entries.filter((entry) => !entry.includes(':')).map(plain);
  const ofTasks = new Set(entries.filter((entry) => entry.includes(':')));
  const isSecret = (name: string, taskName: string | null): boolean => {
    const bare = plain(name);
    return endings.some((ending) => bare.endsWith(ending)) || ofTasks.has(`${taskName}:${name}`);
  };

  function hide<T>(value: T, taskName: string | null, depth = 0): T {
    if (typeof value !== 'object' || value === null) return value;
    if (depth > DEPTH_MAX) throw new RangeError('nested too deep');
    let hasSecrets = false;
    const hidden = Object.entries(value).map(([name, inner]): [string, unknown] => {
      const isHidden = inner !== null && !Array.isArray(value) && isSecret(name, taskName);
      const shown = isHidden ? SECRET_MASK : hide(inner, taskName, depth + 1);
      hasSecrets ||= shown !== inner;
      return [name, shown];
    });
    if (!hasSecrets) return value;
    return (Array.isArray(value) ? hidden.map(([, inner]) => inner) : Object.fromEntries(hidden)) as T;
  }

  function hideInText(text: string): string {
    try {
      const value: unknown = JSON.parse(text);
      const hidden = hide(value, taskNameIn(value));
      return hidden === value ? text : JSON.stringify(hidden);
    } catch {
      return hideInRawText(text);
    }
  }

  /** Rather too much than too little: up to the end of the text where it is unclear where a value ends. */
  function hideInRawText(text: string): string {
    const taskName = /"task_name"\s{0,9}:\s{0,9}"([^"\\]{1,255})"/.exec(text)?.[1] ?? null;
    let shown = '';
    let from = 0;
    MEMBER.lastIndex = 0;
    for (let found = MEMBER.exec(text); found !== null; found = MEMBER.exec(text)) {
      const name = unescaped(found[1] ?? '');
      const end = isSecret(name, taskName) ? endOfValue(text, MEMBER.lastIndex) : MEMBER.lastIndex;
      if (end === MEMBER.lastIndex) continue;
      shown += `${text.slice(from, MEMBER.lastIndex)}"${SECRET_MASK}"`;
      MEMBER.lastIndex = from = end;
    }
    return shown + text.slice(from);
  }
  return { hide: (value, taskName) => hide(value, taskName), hideInText };
}

/** The name of a member of an object with what follows up to its value; bounded, so that no text takes long. */
const MEMBER = /"((?:[^"\\]|\\.){1,100})"\s{0,9}:\s{0,9}/g;

function unescaped(name: string): string {
  try {
    return JSON.parse(`"${name}"`);
  } catch {
    return name;
  }
}

/** Where the value ends that begins here: the end of the text where it does not. A null is no value. */
function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfText(text, start);
  if (text[start] !== '{' && text[start] !== '[') {
    const word = /[^\s,:{}[\]"]{0,400}/y;
    word.lastIndex = start;
    const [found = ''] = word.exec(text) ?? [];
    return found === 'null' ? start : start + found.length;
  }
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfText(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** Where the first mask is, such as `params.db.password`; null where there is none. */
export function findMask(value: unknown, path: string): string | null {
  if (value === SECRET_MASK) return path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const found = findMask(inner, `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/g, '');

function taskNameIn(value: unknown): string | null {
  const name = (value as { readonly task_name?: unknown } | null)?.task_name;
  return typeof name === 'string' ? name : null;
}
