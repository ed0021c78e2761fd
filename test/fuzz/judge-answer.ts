import type { ValidateFunction } from 'ajv/dist/2020.js';
import {
  type ApiDocument,
  type ApiOperation,
  closed,
  responseOf,
  schemaCompiler,
} from '../../packages/server/test/api-document.ts';
import type { FuzzRequest } from './draw-request.ts';
import type { FuzzAnswer } from './send-request.ts';

/** @returns what is wrong with an answer; null where nothing is */
export type JudgeAnswer = (sent: FuzzRequest, answer: FuzzAnswer) => string | null;

const PROBLEM_TYPE = 'application/problem+json';

/** Answered before there is a route: an address that cannot be read or is none, a head that is too large. */
const WITHOUT_ROUTE: ReadonlySet<number> = new Set([400, 404, 431]);

/** Holds every answer to what the document says. */
export function createJudge(document: ApiDocument): JudgeAnswer {
  const compileClosed = schemaCompiler(closed(document));
  const compile = schemaCompiler(document);
  const checks = new Map<string, ValidateFunction>();
  const checkOf = (key: string, make: () => ValidateFunction): ValidateFunction => {
    const check = checks.get(key) ?? make();
    checks.set(key, check);
    return check;
  };

  const judgeBody = (
    { operation }: FuzzRequest,
    { status, contentType, text }: FuzzAnswer,
  ): string | null => {
    const type = contentType.split(';', 1)[0] ?? '';
    const response = responseOf(document, operation, status);
    const media = response?.content?.[type];
    if (media === undefined) {
      if (response?.content === undefined && text === '') return null;
      return `${status} with ${type === '' ? 'no type' : type} is not described`;
    }
    const value: unknown = type.endsWith('json') ? JSON.parse(text) : text;
    const check = checkOf(`${operation.operationId} ${status} ${type}`, () =>
      compileClosed(closed(media.schema)),
    );
    return check(value) ? null : `it is not as described: ${JSON.stringify(check.errors?.slice(0, 3))}`;
  };

  /** Whether the document says that such a body is refused. */
  const isRefusedBody = ({ operation, body, headers }: FuzzRequest): boolean => {
    const media = operation.requestBody?.content['application/json'];
    // Events are judged one by one, after the body was taken.
    if (media === undefined || operation.operationId === 'ingestEvents') return false;
    if (body === null) return operation.requestBody?.required === true;
    if (!headers['content-type']?.startsWith('application/json')) return true;
    const value = parsed(body);
    return value === undefined || !checkOf(operation.operationId, () => compile(media.schema))(value);
  };

  return (sent, answer) => {
    const { operation, method } = sent;
    const { status, contentType } = answer;
    if (status >= 500 && !isReadiness(operation)) return 'that is an error of the server';
    if (status < 200) return 'that is no answer';
    if (method === 'HEAD') return answer.text === '' ? null : 'an answer to HEAD has no body';
    if (method.toLowerCase() !== operation.method) {
      return status >= 400 && !contentType.startsWith(PROBLEM_TYPE)
        ? `${status} without a problem document`
        : null;
    }
    if (status >= 400 && contentType.startsWith(PROBLEM_TYPE)) {
      const problem = JSON.parse(answer.text);
      if (problem.status !== status) return `the problem document says ${problem.status}`;
      if (problem.type !== `urn:taskwire:problem:${problem.code}`) return `its type is ${problem.type}`;
      const isDescribed = String(status) in operation.responses;
      if (!isDescribed && !WITHOUT_ROUTE.has(status)) return `${status} is not described`;
      if (!isDescribed || problem.code === 'not_found') return null;
    }
    const wrongBody = judgeBody(sent, answer);
    if (wrongBody !== null) return wrongBody;
    if (status >= 300) return status < 400 ? 'nothing is elsewhere' : null;
    const forbidden = whyForbidden(sent);
    if (forbidden !== null) return forbidden;
    return isRefusedBody(sent) ? 'the document says that such a body is refused' : null;
  };
}

/** @returns why the request must not have been answered with success */
function whyForbidden({ operation, asker, method }: FuzzRequest): string | null {
  const isPublic = operation.security?.some((scheme) => Object.keys(scheme).length === 0) ?? false;
  const changes = method !== 'GET';
  if (asker === 'other site' && changes) return 'a page of another site changed something';
  if (isPublic) return null;
  if (asker === 'nobody' || asker === 'wrong token') return 'it was answered to nobody known';
  return changes && asker === 'viewer' ? 'a viewer changed something' : null;
}

/** That one says by 503 that something is not ready. */
const isReadiness = ({ operationId }: ApiOperation): boolean => operationId === 'getReadiness';

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
