import { BASE_URL } from './base.ts';
import type { Query } from './query.ts';

/** An answer that is a problem document (RFC 9457), or none at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0 where nobody answered. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** Longer than any answer takes; a page that waits for ever looks like one that is broken. */
const ANSWER_MS_MAX = 20_000;

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  ask<T>('GET', path, query, undefined, signal);

export const post = <T>(path: string, body?: unknown): Promise<T> => ask<T>('POST', path, undefined, body);

export const remove = (path: string): Promise<void> => ask<void>('DELETE', path);

/** `api/v1/tasks` and a query as an address below the base of this page. */
export function addressOf(path: string, query: Query = {}): URL {
  const url = new URL(path, BASE_URL);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(each));
  }
  return url;
}

async function ask<T>(
  method: string,
  path: string,
  query?: Query,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const patience = AbortSignal.timeout(ANSWER_MS_MAX);
  let response: Response;
  try {
    response = await fetch(addressOf(path, query), {
      method,
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', error instanceof Error ? error.message : String(error));
  }
  return answerOf<T>(response);
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const answer = parse(text);
  // Readiness speaks with 503 and is an answer all the same.
  if (response.ok || isReadiness(answer)) return answer as T;
  const { code, detail, title } = (answer ?? {}) as { code?: string; detail?: string; title?: string };
  throw new ApiError(
    response.status,
    code ?? `http_${response.status}`,
    detail ?? title ?? response.statusText,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isReadiness = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'parts' in answer && 'ready' in answer;
