import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import {
  type ApiDocument,
  type ApiOperation,
  closed,
  type Media,
  operationsOf,
  responseOf,
  schemaCompiler,
} from '../../test/api-document.ts';
import { PROBLEM_KINDS, type ProblemCode } from '../problem/problem.ts';
import { openApiDocument } from './openapi-document.ts';

const committed = new URL('../../../../docs/openapi.json', import.meta.url);

describe('the OpenAPI document', () => {
  let document: ApiDocument;
  let operations: readonly ApiOperation[];
  before(async () => {
    document = (await openApiDocument()) as ApiDocument;
    operations = operationsOf(document);
  });

  /** Every body with the place where it is described. */
  const bodies = (): readonly { readonly place: string; readonly type: string; readonly media: Media }[] =>
    operations.flatMap((operation) => {
      const sent = Object.entries(operation.requestBody?.content ?? {}).map(([type, media]) => ({
        place: `${operation.operationId}, request`,
        type,
        media,
      }));
      const answered = Object.keys(operation.responses).flatMap((status) =>
        Object.entries(responseOf(document, operation, status)?.content ?? {}).map(([type, media]) => ({
          place: `${operation.operationId}, ${status}`,
          type,
          media,
        })),
      );
      return [...sent, ...answered];
    });

  it('is what docs/openapi.json holds; where this fails run npm run generate', () => {
    assert.deepEqual(document, JSON.parse(readFileSync(committed, 'utf8')));
  });

  it('is valid by the schema of OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    assert.equal(valid, true, JSON.stringify(errors, null, 2));
    assert.match(document.openapi, /^3\.1\./);
  });

  it('names, sums up and describes every operation, under a tag that is described', () => {
    const tags = new Set(document.tags.map(({ name }) => name));
    assert.ok(operations.length > 20);
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
    for (const operation of operations) {
      const { operationId, summary = '', description = '' } = operation;
      assert.match(operationId, /^[a-z][A-Za-z]+$/, `${operation.method} ${operation.path}`);
      assert.ok(summary.length > 5 && description.length > 5, operationId);
      assert.ok(operation.tags?.length === 1 && tags.has(operation.tags[0] ?? ''), operationId);
      for (const parameter of operation.parameters ?? []) {
        assert.ok(parameter.description, `${operationId}: ${parameter.name}`);
      }
      for (const status of Object.keys(operation.responses)) {
        assert.ok(responseOf(document, operation, status)?.description, `${operationId}: ${status}`);
      }
    }
  });

  it('says of every operation what is answered when all is well, and which problems there are', () => {
    for (const { operationId, responses } of operations) {
      assert.ok(
        Object.keys(responses).some((status) => status.startsWith('2')),
        operationId,
      );
      assert.ok('default' in responses, operationId);
    }
    const codes = new Set(
      Object.values(document.components.responses).flatMap(({ content }) => codesIn(content)),
    );
    // The last is answered before there is a route.
    assert.deepEqual([...codes, 'headers_too_large'].sort(), Object.keys(PROBLEM_KINDS).sort());
  });

  it('files each problem under its status', () => {
    for (const operation of operations) {
      for (const status of Object.keys(operation.responses)) {
        if (status === 'default') continue;
        for (const code of codesIn(responseOf(document, operation, status)?.content)) {
          assert.equal(PROBLEM_KINDS[code].status, Number(status), `${operation.operationId}: ${code}`);
        }
      }
    }
  });

  it('has examples of every body, each of which its own schema accepts', () => {
    const compile = schemaCompiler(document);
    for (const { place, media } of bodies()) {
      const check = compile(media.schema);
      const examples = Object.entries(media.examples ?? {});
      assert.ok(examples.length > 0, `${place} has no example`);
      for (const [name, { value }] of examples) {
        assert.ok(check(value), `${place}, ${name}: ${JSON.stringify(check.errors)}`);
      }
    }
  });

  it('shows in examples nothing that the schema does not know', () => {
    const compile = schemaCompiler(closed(document));
    for (const { place, media } of bodies()) {
      const check = compile(closed(media.schema));
      for (const { value } of Object.values(media.examples ?? {})) {
        assert.ok(check(value), `${place}: ${JSON.stringify(check.errors)}`);
      }
    }
  });

  it('says who may do what: nothing changes without an operator', () => {
    for (const { method, operationId, security, description } of operations) {
      assert.ok(security !== undefined && security.length >= 2, operationId);
      const isOpen = security.some((scheme) => Object.keys(scheme).length === 0);
      if (method !== 'get' && !/^sign(In|Out)$/.test(operationId)) {
        assert.ok(!isOpen && /operator/.test(description ?? ''), operationId);
      }
    }
  });
});

const codesIn = (content: Readonly<Record<string, Media>> = {}): readonly ProblemCode[] =>
  Object.keys(content['application/problem+json']?.examples ?? {}) as ProblemCode[];
