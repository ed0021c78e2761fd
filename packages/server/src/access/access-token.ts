import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, type Settings, TaskwireError } from '@taskwire/protocol';
import type { Actor, Role } from './role.ts';

/** A token as this process keeps it: not itself, but what it is recognised by. */
export interface AccessToken extends Actor {
  readonly digest: Buffer;
  /** Public part of the session cookies that were given out for it. */
  readonly id: string;
  /** Signs those cookies. Every replica that has the token has it, and it is gone with the token. */
  readonly sessionKey: Buffer;
}

type TokenSettings = Pick<
  Settings,
  'operatorTokens' | 'operatorTokensFile' | 'viewerTokens' | 'viewerTokensFile'
>;

/** 16 characters of base64 are 96 random bits; what people make up is shorter. */
const TOKEN_LENGTH_MIN = 16;
/** The characters of a bearer token (RFC 6750, section 2.1); a colon is none of them, so it can end a name. */
const TOKEN = /^[A-Za-z0-9._~+/-]{1,512}=*$/;
const NAME = /^[A-Za-z0-9._@-]{1,64}$/;
const KEY_BYTES = 32;

/**
 * All tokens that the settings give: `token` or `name:token`, several for a rotation.
 * @throws TaskwireError `setting_invalid` naming the setting and the place, never the token
 */
export function readAccessTokens(
  settings: TokenSettings,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): readonly AccessToken[] {
  const fromFile = (setting: string, path: string | undefined): readonly string[] => {
    if (path === undefined) return [];
    try {
      return readFile(path).split('\n');
    } catch (cause) {
      throw invalid(`${setting}: the file cannot be read: ${messageOf(cause)}`);
    }
  };
  const sources: readonly (readonly [setting: string, role: Role, texts: readonly string[]])[] = [
    ['TASKWIRE_OPERATOR_TOKENS', 'operator', settings.operatorTokens],
    [
      'TASKWIRE_OPERATOR_TOKENS_FILE',
      'operator',
      fromFile('TASKWIRE_OPERATOR_TOKENS_FILE', settings.operatorTokensFile),
    ],
    ['TASKWIRE_VIEWER_TOKENS', 'viewer', settings.viewerTokens],
    [
      'TASKWIRE_VIEWER_TOKENS_FILE',
      'viewer',
      fromFile('TASKWIRE_VIEWER_TOKENS_FILE', settings.viewerTokensFile),
    ],
  ];
  const tokens: AccessToken[] = [];
  for (const [setting, role, texts] of sources) {
    const entries = texts.map((text) => text.trim()).filter((text) => text !== '' && !text.startsWith('#'));
    for (const [index, entry] of entries.entries()) {
      const token = parseEntry(entry, role, `${setting}: entry ${index + 1}`);
      if (tokens.some(({ digest }) => digest.equals(token.digest))) {
        throw invalid(`${setting}: entry ${index + 1}: expected each token once, got one a second time`);
      }
      tokens.push(token);
    }
    if (texts.length > 0 && entries.length === 0 && setting.endsWith('_FILE')) {
      throw invalid(`${setting}: expected at least one token in the file, got none`);
    }
  }
  return tokens;
}

/** The token that this text is, if any. Takes as long for a wrong one as for a right one, whatever they share. */
export function findToken(tokens: readonly AccessToken[], text: string): AccessToken | undefined {
  const digest = digestOf(text);
  let found: AccessToken | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
  return found;
}

function parseEntry(entry: string, role: Role, place: string): AccessToken {
  const colon = entry.indexOf(':');
  const [name, text] = colon === -1 ? [undefined, entry] : [entry.slice(0, colon), entry.slice(colon + 1)];
  if (name !== undefined && !NAME.test(name)) {
    throw invalid(`${place}: expected a name of 1 to 64 letters, digits, . _ @ - before the colon`);
  }
  if (text.length < TOKEN_LENGTH_MIN || !TOKEN.test(text)) {
    throw invalid(
      `${place}: expected a token of at least ${TOKEN_LENGTH_MIN} letters, digits, . _ ~ + / - (openssl rand -base64 32 makes one), got ${text.length} characters`,
    );
  }
  const digest = digestOf(text);
  const derived = (what: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', text, '', `taskwire ${what}`, bytes));
  const id = derived('token id', 9).toString('base64url');
  return {
    name: name ?? `${role}-${id.slice(0, 6)}`,
    role,
    digest,
    id,
    sessionKey: derived('session', KEY_BYTES),
  };
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const invalid = (message: string): TaskwireError => new TaskwireError('setting_invalid', message);
