import { Agent } from 'node:http';
import { type ApiDocument, operationsOf } from '../../packages/server/test/api-document.ts';
import { createDraw } from './draw.ts';
import { type Credentials, drawRequest, type FuzzRequest, type Known } from './draw-request.ts';
import { createJudge } from './judge-answer.ts';
import { type FuzzAnswer, sendRequest } from './send-request.ts';

export interface FuzzOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly credentials: Credentials;
  readonly requests: number;
  readonly seed: number;
  /** How many at once. */
  readonly parallel: number;
}

export interface FuzzReport {
  readonly requests: number;
  /** How many operations of the document were asked for, and how many answered with success. */
  readonly operations: { readonly all: number; readonly succeeded: number };
  readonly byStatus: ReadonlyMap<number, number>;
  readonly slowest: { readonly operationId: string; readonly ms: number };
  /** What was wrong, with the request that shows it. */
  readonly failures: readonly string[];
  /** Operations that no valid request of an operator was answered with success. */
  readonly neverSucceeded: readonly string[];
}

/** Enough to see what is wrong. */
const FAILURES_MAX = 20;
const KNOWN_MAX = 200;

/**
 * Reads the OpenAPI document of a running server and sends valid, nearly valid and hostile requests to every operation.
 * A seed gives the same requests, but for the ids and cursors in them, which come from former answers.
 */
export async function fuzzApi(options: FuzzOptions): Promise<FuzzReport> {
  const { origin, credentials, seed } = options;
  const document = await readDocument(origin, credentials.operator);
  const operations = operationsOf(document);
  const judge = createJudge(document);
  const known: Known = { taskIds: [], deadLetterIds: [], cursors: new Map() };
  const byStatus = new Map<number, number>();
  const succeeded = new Set<string>();
  const failures: string[] = [];
  let slowest = { operationId: '', ms: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: options.parallel });

  const ask = async (index: number): Promise<void> => {
    const operation = operations[index % operations.length];
    if (operation === undefined) return;
    const draw = createDraw(Math.imul(seed, 0x9e3779b1) + index);
    const request = drawRequest(document, operation, known, credentials, draw);
    const fail = (why: string, answer?: FuzzAnswer): void => {
      if (failures.length < FAILURES_MAX) failures.push(describe(index, request, why, answer));
    };
    try {
      const begun = performance.now();
      const answer = await sendRequest(origin, request, agent);
      const ms = performance.now() - begun;
      if (ms > slowest.ms) slowest = { operationId: operation.operationId, ms };
      byStatus.set(answer.status, (byStatus.get(answer.status) ?? 0) + 1);
      const wrong = judge(request, answer);
      if (wrong !== null) fail(wrong, answer);
      if (answer.status < 300) {
        if (request.method.toLowerCase() === operation.method) succeeded.add(operation.operationId);
        remember(known, operation.operationId, answer);
      }
    } catch (error) {
      fail(String(error));
    }
  };

  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < options.requests && failures.length < FAILURES_MAX) await ask(next++);
  };
  await Promise.all(Array.from({ length: options.parallel }, worker));
  agent.destroy();
  return {
    requests: next,
    operations: { all: operations.length, succeeded: succeeded.size },
    byStatus,
    slowest,
    failures,
    neverSucceeded: operations.map(({ operationId }) => operationId).filter((id) => !succeeded.has(id)),
  };
}

async function readDocument(origin: string, token: string): Promise<ApiDocument> {
  const answer = await fetch(`${origin}/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`/openapi.json: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as ApiDocument;
}

/** Takes ids and cursors out of an answer, for later requests. */
function remember(known: Known, operationId: string, { contentType, text }: FuzzAnswer): void {
  if (!contentType.startsWith('application/json') || text === '') return;
  const keep = (list: string[], value: unknown): void => {
    if (value === undefined || value === null) return;
    list.push(String(value));
    if (list.length > KNOWN_MAX) list.shift();
  };
  const answer = JSON.parse(text);
  keep(known.taskIds, answer.task_request_id);
  for (const task of (answer.tasks?.slice?.(0, 5) ?? []) as readonly { task_request_id: string }[]) {
    keep(known.taskIds, task.task_request_id);
  }
  for (const letter of (answer.dead_letters?.slice?.(0, 5) ?? []) as readonly { id: number }[]) {
    keep(known.deadLetterIds, letter.id);
  }
  const cursors = known.cursors.get(operationId) ?? [];
  keep(cursors, answer.next_cursor);
  known.cursors.set(operationId, cursors);
}

const SHOWN_MAX = 300;

function describe(index: number, request: FuzzRequest, why: string, answer?: FuzzAnswer): string {
  const { operation, asker, kind, method, path, headers, body } = request;
  return [
    `request ${index}, ${kind}, by ${asker}, ${operation.operationId}: ${why}`,
    `  ${method} ${cut(path)}`,
    `  headers ${cut(JSON.stringify({ ...headers, authorization: undefined, cookie: undefined }))}`,
    `  body ${body === null ? '(none)' : `(${body.length} bytes) ${cut(JSON.stringify(body.toString('latin1')))}`}`,
    `  answer ${answer === undefined ? '(none)' : `${answer.status} ${answer.contentType} ${cut(answer.text)}`}`,
  ].join('\n');
}

const cut = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
