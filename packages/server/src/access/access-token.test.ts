import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { TaskwireError } from '@taskwire/protocol';
import { findToken, readAccessTokens } from './access-token.ts';

const none = {
  operatorTokens: [],
  operatorTokensFile: undefined,
  viewerTokens: [],
  viewerTokensFile: undefined,
} as const;
const fresh = (): string => randomBytes(24).toString('base64');

function problemOf(settings: Partial<Parameters<typeof readAccessTokens>[0]>, file?: string): string {
  try {
    readAccessTokens({ ...none, ...settings }, () => {
      if (file === undefined) throw new Error('ENOENT');
      return file;
    });
  } catch (error) {
    assert.ok(error instanceof TaskwireError && error.code === 'setting_invalid');
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  throw new Error('was accepted');
}

test('tokens come from settings and files, with names or without, several of each role', () => {
  const [a, b, c, d] = [fresh(), fresh(), fresh(), fresh()];
  const file = `# rotated in autumn\n\n carol:${c} \n${d}\n`;
  const tokens = readAccessTokens(
    { ...none, operatorTokens: [`alice:${a}`, b], viewerTokensFile: '/tokens' },
    (path) => (path === '/tokens' ? file : ''),
  );
  const whose = (text: string) => {
    const token = findToken(tokens, text);
    return token === undefined ? null : [token.role, token.name.replace(/-[\w-]{6}$/, '-*')];
  };
  assert.deepEqual([a, b, c, d].map(whose), [
    ['operator', 'alice'],
    ['operator', 'operator-*'],
    ['viewer', 'carol'],
    ['viewer', 'viewer-*'],
  ]);
  assert.equal(whose(`${a}x`), null);
  assert.equal(whose(a.slice(1)), null);
  assert.equal(whose(''), null);
});

test('a token that anybody could guess, or that no header can carry, is refused, and never repeated', () => {
  const long = 'correct horse battery staple';
  for (const text of ['hunter2', 'alice:hunter2', long, `al ice:${fresh()}`, `:${fresh()}`]) {
    const problem = problemOf({ operatorTokens: [fresh(), text] });
    assert.match(problem, /^TASKWIRE_OPERATOR_TOKENS: entry 2: expected a (token|name)/);
    assert.ok(!problem.includes('hunter2') && !problem.includes('horse'), problem);
  }
});

test('the same token twice, also as another role, is a mistake of whoever set it', () => {
  const token = fresh();
  assert.match(
    problemOf({ operatorTokens: [token], viewerTokens: [`bob:${token}`] }),
    /^TASKWIRE_VIEWER_TOKENS: entry 1: expected each token once/,
  );
});

test('a file that cannot be read, or holds no token, stops the start', () => {
  assert.match(
    problemOf({ operatorTokensFile: '/none' }),
    /^TASKWIRE_OPERATOR_TOKENS_FILE: the file cannot be read/,
  );
  assert.match(
    problemOf({ viewerTokensFile: '/empty' }, '# nothing\n'),
    /^TASKWIRE_VIEWER_TOKENS_FILE: expected/,
  );
});

test('what is kept of a token does not give it away', () => {
  const text = fresh();
  const [token] = readAccessTokens({ ...none, operatorTokens: [text] });
  assert.ok(!JSON.stringify(token).includes(text));
  assert.ok(!Buffer.from(token?.sessionKey ?? '').equals(token?.digest ?? Buffer.alloc(0)));
});
