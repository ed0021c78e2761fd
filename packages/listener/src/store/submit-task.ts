import { type TaskChange, type TaskEvent, TaskwireError } from '@taskwire/protocol';
import { type AuditSource, writeAudit } from './audit-log.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';

/** A task that is to be run: its PENDING event with what the queue needs. */
export interface TaskSubmission {
  /** Status PENDING; its task_name is what runs. */
  readonly pending: TaskEvent & { readonly task_name: string };
  /** What the worker gets; kept until the queue has it. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What of it stays in the row, for everybody to see. Default: all. */
  readonly shown_params?: Readonly<Record<string, unknown>>;
  /** The earlier request that this one runs again. */
  readonly rerun_of: string | null;
  /** How often the queue tries it, the first time included. */
  readonly attempts_max: number;
  /** Who asks for it by hand, for the audit log. */
  readonly by?: AuditSource;
}

/** Writes the PENDING row and the wish for a queue entry in one transaction. @throws TaskwireError `task_exists` */
export type SubmitTask = (submission: TaskSubmission) => Promise<readonly TaskChange[]>;

export function createSubmitTask(database: Database, writer: BatchWriter): SubmitTask {
  const lockSubmission = loadStatement('lock_submission');
  const taskExists = loadStatement('task_exists');
  const submitTask = loadStatement('submit_task');
  return ({ pending, params, shown_params = params, rerun_of, attempts_max, by }) =>
    database.transaction(async (transaction) => {
      const { task_request_id, task_name } = pending;
      await transaction.query(lockSubmission, [task_request_id]);
      const existing = await transaction.query(taskExists, [task_request_id]);
      if (existing.length > 0) {
        throw new TaskwireError('task_exists', `There is a task ${task_request_id} already`);
      }
      const outcome = await writer.write(transaction, {
        events: [{ event: pending, lane: 'http', payload: '' }],
        deadLetters: [],
      });
      await transaction.query(submitTask, [
        task_request_id,
        task_name,
        JSON.stringify(params),
        rerun_of,
        attempts_max,
        JSON.stringify(shown_params),
        pending.traceparent,
      ]);
      if (by !== undefined) {
        const detail = rerun_of === null ? { task_name } : { task_name, rerun_of };
        const entry = { target: task_request_id, task_request_id, detail };
        await writeAudit(transaction, by, rerun_of === null ? 'submit' : 'rerun', [entry]);
      }
      return outcome.changes;
    });
}
