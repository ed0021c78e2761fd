import type {
  PublisherRecord,
  StoredDeadLetter,
  TaskLog,
  TaskRequest,
  TaskSummary,
  WorkerRecord,
} from '@taskwire/listener';
import { ERROR_CODES, type ErrorCode, messageOf, type TaskChange, TaskwireError } from '@taskwire/protocol';
import type { Readiness } from '@taskwire/server';

/** The HTTP API as commands use it: as any client would, from outside. Every function throws TaskwireError. */
export interface ApiClient {
  /** Where it is, for people. */
  readonly url: string;
  submit(task: NewTask): Promise<TaskRequest>;
  show(taskRequestId: string): Promise<TaskDetail>;
  cancel(taskRequestId: string): Promise<CancelAnswer>;
  rerun(taskRequestId: string, params?: Params): Promise<TaskRequest>;
  /** Page by page, at most `limit`. */
  tasks(query: Query, limit: number): AsyncIterable<TaskSummary>;
  deadLetters(query: Query, limit: number): AsyncIterable<StoredDeadLetter>;
  deadLetter(id: number): Promise<StoredDeadLetter>;
  bulk(what: 'replay' | 'discard', choice: BulkChoice): Promise<BulkAnswer>;
  replay(id: number): Promise<{ readonly replayed: boolean; readonly changes: readonly TaskChange[] }>;
  discard(id: number): Promise<{ readonly discarded: boolean }>;
  workers(): Promise<readonly WorkerRecord[]>;
  publishers(query: Query, limit: number): AsyncIterable<PublisherRecord>;
  stats(): Promise<Stats>;
  readiness(): Promise<Readiness>;
  /** The stream of `GET /api/v1/events`, connected. */
  events(
    query: Query,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>>;
}

export type Params = Readonly<Record<string, unknown>>;
export type Query = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

export interface NewTask {
  readonly task_name: string;
  readonly params?: Params;
  readonly task_request_id?: string;
  readonly options?: { readonly attempts: number };
}

export type TaskDetail = TaskRequest & {
  readonly history: readonly TaskLog[];
  readonly reruns?: readonly string[];
};

export interface CancelAnswer {
  readonly outcome: 'cancelled' | 'requested' | 'already_final';
  readonly detail: string;
  readonly task: TaskRequest;
}

export type BulkChoice =
  | { readonly ids: readonly number[] }
  | { readonly filter: Readonly<Record<string, string>> };

export interface BulkAnswer {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: readonly { readonly id: number; readonly code: string; readonly detail: string }[];
  readonly remaining: number;
}

export interface Stats {
  readonly tasks: Readonly<Record<string, number>>;
  readonly open_tasks: number;
  readonly lag_ms: number | null;
  readonly dead_letters_open: number;
  readonly workers_alive: number;
  readonly open_holes: number;
}

export interface ApiClientOptions {
  /** Such as `http://127.0.0.1:8080`; a path before `/api` is kept. */
  readonly url: string;
  readonly token?: string | undefined;
  /** What to do where nobody answers there, as the rest of "…: ". */
  readonly advice: string;
  /** Aborts what is under way. */
  readonly signal?: AbortSignal;
}

/** Longer than any answer takes that will come. */
const ANSWER_MS_MAX = 30_000;
const PAGE_MAX = 200;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const base = options.url.replace(/\/+$/, '');
  const authorization: Record<string, string> =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };

  async function send(path: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
    const signals = [init.signal, ...(options.signal === undefined ? [] : [options.signal])];
    try {
      return await fetch(`${base}${path}`, {
        ...init,
        signal: AbortSignal.any(signals),
        headers: { ...authorization, ...init.headers },
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw new TaskwireError(
        'api_unavailable',
        `${base} does not answer (${causeOf(error)}): ${options.advice}`,
        {
          cause: error,
        },
      );
    }
  }

  async function ask<T>(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    accepted: readonly number[] = [],
  ): Promise<T> {
    const response = await send(path, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (response.ok || accepted.includes(response.status)) return (await readJson(response, base)) as T;
    throw await problemIn(response, base, options.token !== undefined);
  }

  async function* pages<T>(path: string, items: string, query: Query, limit: number): AsyncIterable<T> {
    let cursor: string | undefined;
    let left = limit;
    while (left > 0) {
      const parameters = { ...query, limit: String(Math.min(left, PAGE_MAX)), cursor };
      const page = await ask<Record<string, unknown>>('GET', `${path}${queryText(parameters)}`);
      const found = (page[items] ?? []) as readonly T[];
      yield* found.slice(0, left);
      left -= found.length;
      cursor = typeof page.next_cursor === 'string' ? page.next_cursor : undefined;
      if (cursor === undefined) return;
    }
  }

  const taskPath = (id: string, more = ''): string => `/api/v1/tasks/${encodeURIComponent(id)}${more}`;
  return {
    url: base,
    submit: (task) => ask('POST', '/api/v1/tasks', task),
    show: (id) => ask('GET', taskPath(id)),
    cancel: (id) => ask('POST', taskPath(id, '/cancel')),
    rerun: (id, params) => ask('POST', taskPath(id, '/rerun'), params === undefined ? undefined : { params }),
    tasks: (query, limit) => pages('/api/v1/tasks', 'tasks', query, limit),
    deadLetters: (query, limit) => pages('/api/v1/dead-letters', 'dead_letters', query, limit),
    deadLetter: (id) => ask('GET', `/api/v1/dead-letters/${id}`),
    bulk: (what, choice) => ask('POST', `/api/v1/dead-letters/${what}`, choice),
    replay: (id) => ask('POST', `/api/v1/dead-letters/${id}/replay`),
    discard: (id) => ask('POST', `/api/v1/dead-letters/${id}/discard`),
    workers: async () =>
      (await ask<{ readonly workers: readonly WorkerRecord[] }>('GET', '/api/v1/workers')).workers,
    publishers: (query, limit) => pages('/api/v1/publishers', 'publishers', query, limit),
    stats: () => ask('GET', '/api/v1/stats'),
    readiness: () => ask('GET', '/health/ready', undefined, [503]),
    events: async (query, lastEventId, signal) => {
      const response = await send(`/api/v1/events${queryText(query)}`, {
        signal,
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      });
      if (!response.ok) throw await problemIn(response, base, options.token !== undefined);
      if (response.body === null) throw new TaskwireError('api_unavailable', `${base} sent no live updates`);
      return response.body;
    },
  };
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of [value].flat()) parameters.append(name, String(each));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function readJson(response: Response, base: string): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new TaskwireError('api_unavailable', `${base} answers, but not as taskwire does`);
  }
}

/** What the API says is wrong, in its words. */
async function problemIn(response: Response, base: string, hasToken: boolean): Promise<TaskwireError> {
  const problem = (await readJson(response, base).catch(() => ({}))) as {
    readonly code?: unknown;
    readonly detail?: unknown;
  };
  if (response.status === 401) {
    const advice = hasToken ? 'TASKWIRE_TOKEN is not one of its tokens' : 'set TASKWIRE_TOKEN';
    return new TaskwireError('unauthorized', `${base} needs a token: ${advice}`);
  }
  if (typeof problem.detail !== 'string') {
    return new TaskwireError(
      'api_unavailable',
      `${base} answered ${response.status}, and not as taskwire does`,
    );
  }
  // One that stops is as good as away: another one, or its successor, answers soon.
  const code = problem.code === 'stopped' ? 'api_unavailable' : String(problem.code);
  return new TaskwireError(code in ERROR_CODES ? (code as ErrorCode) : 'internal_error', problem.detail);
}

/** `fetch failed` says nothing; what it wraps does. */
function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  if (typeof cause?.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : messageOf(error);
}
