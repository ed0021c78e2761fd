import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAccessTokens } from './access-token.ts';
import { openSession, sealSession, sessionIn, setCookie } from './session-cookie.ts';

const tokensOf = (...operatorTokens: readonly string[]) =>
  readAccessTokens({
    operatorTokens,
    operatorTokensFile: undefined,
    viewerTokens: [],
    viewerTokensFile: undefined,
  });
const [first, second] = [randomBytes(24).toString('base64'), randomBytes(24).toString('base64')];
const tokens = tokensOf(`alice:${first}`, `bob:${second}`);
const alice = tokens[0]!;
const END_S = 2_000_000_000;

test('a session is known to every process that has its token, until its end', () => {
  const session = sealSession(alice, END_S);
  const elsewhere = tokensOf(`alice:${first}`);
  assert.equal(openSession(session, elsewhere, END_S * 1_000 - 1)?.name, 'alice');
  assert.equal(openSession(session, elsewhere, END_S * 1_000), undefined);
});

test('a session ends with its token', () => {
  assert.equal(openSession(sealSession(alice, END_S), tokensOf(`bob:${second}`), 0), undefined);
});

test('a session that was altered anywhere is none', () => {
  const session = sealSession(alice, END_S);
  fc.assert(
    fc.property(fc.nat(session.length - 2), fc.constantFrom(...'Aa0_-.9z'), (at, character) => {
      fc.pre(session[at] !== character);
      const altered = session.slice(0, at) + character + session.slice(at + 1);
      assert.equal(openSession(altered, tokens, 0), undefined, altered);
    }),
  );
  const [id, , seal] = session.split('.');
  assert.equal(openSession(`${id}.${END_S + 1}.${seal}`, tokens, 0), undefined);
  assert.equal(openSession(`${tokens[1]?.id}.${END_S}.${seal}`, tokens, 0), undefined);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(openSession(text, tokens, 0), undefined)));
});

test('the cookie is found among others, and is for this site and no script alone', () => {
  assert.equal(sessionIn('a=b; taskwire_session=x.1.y; c=d'), 'x.1.y');
  assert.equal(sessionIn('my_taskwire_session=x'), undefined);
  assert.equal(sessionIn(undefined), undefined);
  assert.equal(
    setCookie('x', 60, true),
    'taskwire_session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  );
  assert.doesNotMatch(setCookie('x', 60, false), /Secure/);
});
