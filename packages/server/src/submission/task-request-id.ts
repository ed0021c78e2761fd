import { isTaskRequestId, shown, TaskwireError } from '@taskwire/protocol';
import { QueueKeys } from 'bullmq';

/** BullMQ keeps a job beside its own keys, under its id: a job named like one of them would overwrite it. */
const NAMES_OF_THE_QUEUE: ReadonlySet<string> = new Set(Object.keys(new QueueKeys().getKeys('')));

/**
 * Whether a task_request_id that a client chose can also be the id of a job.
 * @throws TaskwireError `request_invalid`
 */
export function refuseUnfitTaskRequestId(id: string): void {
  const problem = unfitness(id);
  if (problem === null) return;
  throw new TaskwireError(
    'request_invalid',
    `task_request_id: ${problem}, got ${shown(id)}; a UUID is always right`,
  );
}

function unfitness(id: string): string | null {
  if (!isTaskRequestId(id)) return 'expected 1 to 255 characters without control characters';
  if (id.includes(':')) return 'the queue does not take a colon in it';
  if (/^-?\d+$/.test(id)) return 'the queue does not take a whole number';
  if (NAMES_OF_THE_QUEUE.has(id)) return 'the queue uses this name itself';
  return null;
}
