import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { openApiDocument } from '../../packages/server/src/openapi/openapi-document.ts';
import { type ApiDocument, operationsOf } from '../../packages/server/test/api-document.ts';
import type { FuzzRequest } from './draw-request.ts';
import { createJudge, type JudgeAnswer } from './judge-answer.ts';
import type { FuzzAnswer } from './send-request.ts';

describe('the judge of answers', () => {
  let document: ApiDocument;
  let judge: JudgeAnswer;
  before(async () => {
    document = (await openApiDocument()) as ApiDocument;
    judge = createJudge(document);
  });

  const ask = (operationId: string, more: Partial<FuzzRequest> = {}): FuzzRequest => {
    const operation = operationsOf(document).find((each) => each.operationId === operationId);
    assert.ok(operation !== undefined);
    const method = operation.method.toUpperCase();
    const headers = { 'content-type': 'application/json' };
    return {
      operation,
      asker: 'operator',
      kind: 'valid',
      method,
      path: operation.path,
      headers,
      body: null,
      ...more,
    };
  };
  const json = (status: number, value: unknown): FuzzAnswer => ({
    status,
    contentType: 'application/json; charset=utf-8',
    text: JSON.stringify(value),
  });
  const problem = (status: number, more: object = {}): FuzzAnswer => ({
    status,
    contentType: 'application/problem+json',
    text: JSON.stringify({
      type: 'urn:taskwire:problem:request_invalid',
      title: 'The request is not as expected',
      status,
      detail: 'd',
      instance: '/',
      code: 'request_invalid',
      ...more,
    }),
  });
  const discarded = { discarded: true };

  it('has nothing against what is described', () => {
    assert.equal(judge(ask('discardDeadLetter'), json(200, discarded)), null);
    assert.equal(judge(ask('listTasks'), problem(400)), null);
    assert.equal(judge(ask('signOut'), { status: 204, contentType: '', text: '' }), null);
  });

  const faults: readonly (readonly [what: string, wrong: () => string | null, words: RegExp])[] = [
    ['an error of the server', () => judge(ask('listTasks'), problem(500)), /error of the server/],
    ['a database that is away', () => judge(ask('listTasks'), problem(503)), /error of the server/],
    ['a status that is not described', () => judge(ask('discardDeadLetter'), json(201, discarded)), /201/],
    ['a problem that is not described', () => judge(ask('getStats'), problem(409)), /409 is not described/],
    [
      'a code that is not described for its status',
      () =>
        judge(
          ask('listTasks'),
          problem(400, { code: 'task_exists', type: 'urn:taskwire:problem:task_exists' }),
        ),
      /not as described.*enum/,
    ],
    [
      'another type of content',
      () => judge(ask('discardDeadLetter'), { status: 200, contentType: 'text/html', text: '' }),
      /200 with text\/html/,
    ],
    ['a member too few', () => judge(ask('discardDeadLetter'), json(200, {})), /required/],
    [
      'a member that is not described',
      () => judge(ask('discardDeadLetter'), json(200, { ...discarded, secret: 1 })),
      /additional/,
    ],
    [
      'success for a viewer who changes something',
      () => judge(ask('discardDeadLetter', { asker: 'viewer' }), json(200, discarded)),
      /viewer changed/,
    ],
    [
      'success for nobody known',
      () =>
        judge(
          ask('listDeadLetters', { asker: 'nobody' }),
          json(200, { dead_letters: [], next_cursor: null }),
        ),
      /nobody known/,
    ],
    [
      'success for a page of another site',
      () => judge(ask('discardDeadLetter', { asker: 'other site' }), json(200, discarded)),
      /another site/,
    ],
    [
      'success for a body that the document refuses',
      () =>
        judge(
          ask('discardDeadLetters', { body: Buffer.from('{"ids":[]}') }),
          json(200, { done: 0, unchanged: 0, failed: [], remaining: 0 }),
        ),
      /such a body is refused/,
    ],
  ];
  for (const [what, wrong, words] of faults) {
    it(`finds ${what}`, () => assert.match(wrong() ?? '', words));
  }
});
