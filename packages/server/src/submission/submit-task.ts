import { randomBytes } from 'node:crypto';
import type { Announce, AuditSource, TaskRequest, TaskStats, TaskStatusService } from '@taskwire/listener';
import {
  createEventIdSource,
  eventData,
  findMask,
  formatTimestamp,
  type SecretParams,
  shown,
  TaskwireError,
} from '@taskwire/protocol';
import { refuseUnstorable } from './refuse-unstorable.ts';
import type { TaskDispatcher } from './task-dispatcher.ts';
import { refuseUnfitTaskRequestId } from './task-request-id.ts';

export interface SubmitTaskOptions {
  readonly service: Pick<TaskStatusService, 'submit'>;
  readonly dispatcher: Pick<TaskDispatcher, 'wake'>;
  readonly announce: Announce;
  readonly stats: Pick<TaskStats, 'event'>;
  /** What may be submitted; unset: any name, since workers know best what they run. */
  readonly taskNames?: ReadonlySet<string>;
  readonly secrets: SecretParams;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** What is asked for. Parameters are kept as they are; the worker checks them. */
export interface TaskWish {
  readonly task_name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly task_request_id?: string;
  readonly attempts_max: number;
  /** The task that this one runs again. */
  readonly rerun_of?: string;
  /** The trace of whoever asks for it. */
  readonly traceparent?: string | null;
}

/** @param by who submits by hand, for the audit log */
export type SubmitTask = (wish: TaskWish, by?: AuditSource) => Promise<TaskRequest>;

/** Stands where other events name the worker container. */
export const WEB_CONTAINER = 'web';

/**
 * Submits a task: its PENDING row and the wish for its queue entry in one transaction. From then on the dispatcher sees
 * to the queue entry, whatever becomes of Redis and of this process.
 * @returns the row as it is written; the function throws TaskwireError `request_invalid`, `task_unknown`,
 * `task_exists`, `database_unavailable`
 */
export function createSubmitTask(options: SubmitTaskOptions): SubmitTask {
  const newId = createEventIdSource({ now: options.clock, random: randomBytes });
  return async (wish, by) => {
    if (options.taskNames?.has(wish.task_name) === false) {
      throw new TaskwireError('task_unknown', `task_name: no worker here runs ${shown(wish.task_name)}`);
    }
    if (wish.task_request_id !== undefined) refuseUnfitTaskRequestId(wish.task_request_id);
    refuseUnstorable(wish.params);
    refuseMask(wish.params);
    const pending = {
      schema_version: 1,
      event_id: newId(),
      task_request_id: wish.task_request_id ?? newId(),
      status: 'PENDING',
      event_time_us: options.clock() * 1000,
      data: eventData('PENDING', {}),
      worker_container: WEB_CONTAINER,
      task_name: wish.task_name,
      attempt: 1,
      progress: null,
      publisher_id: null,
      sequence: null,
      source: null,
      traceparent: wish.traceparent ?? null,
    } as const;
    const { attempts_max, params, rerun_of = null } = wish;
    const shownParams = options.secrets.hide(params, wish.task_name);
    const changes = await options.service.submit({
      pending,
      params,
      shown_params: shownParams,
      rerun_of,
      attempts_max,
      ...(by === undefined ? {} : { by }),
    });
    options.stats.event(pending, options.clock());
    options.dispatcher.wake();
    await options.announce({ consumer: WEB_CONTAINER, event_ids: [pending.event_id], changes });
    const at = formatTimestamp(pending.event_time_us);
    return {
      task_request_id: pending.task_request_id,
      task_name: wish.task_name,
      status: pending.status,
      attempt: pending.attempt,
      progress: null,
      params: shownParams,
      result: null,
      error: null,
      error_type: null,
      worker_source: WEB_CONTAINER,
      created_at: at,
      started_at: null,
      finished_at: null,
      last_status_update: at,
      rerun_of,
      conflict: false,
      revision: changes[0]?.revision ?? 0,
    };
  };
}

/** As when a task is run again whose parameters were read from here. @throws TaskwireError `request_invalid` */
function refuseMask(params: TaskWish['params']): void {
  const place = findMask(params, 'params');
  if (place === null) return;
  throw new TaskwireError(
    'request_invalid',
    `${place}: it is secret, and secrets are not kept; give params anew, with the value itself`,
  );
}
