import type { TaskLog, TaskRequest } from '@taskwire/listener';
import { TaskwireError } from '@taskwire/protocol';

/** The HTTP API as the demonstration uses it: as any client would, from outside. */
export interface ApiClient {
  submit(task_name: string, params: Readonly<Record<string, unknown>>): Promise<TaskRequest>;
  show(taskRequestId: string): Promise<TaskWithHistory>;
}

export type TaskWithHistory = TaskRequest & { readonly history: readonly TaskLog[] };

/** The functions throw TaskwireError `internal_error` where the answer is not the expected one, and what `signal` says. */
export function createApiClient(url: string, signal: AbortSignal, token?: string): ApiClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = async <T>(path: string, status: number, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { ...init.headers, ...authorization },
      signal,
    });
    if (response.status === status) return (await response.json()) as T;
    throw new TaskwireError(
      'internal_error',
      `${path} answered ${response.status}: ${await response.text()}`,
    );
  };
  return {
    submit: (task_name, params) =>
      ask('/api/v1/tasks', 202, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ task_name, params }),
      }),
    show: (id) => ask(`/api/v1/tasks/${encodeURIComponent(id)}`, 200),
  };
}
