import type { PublisherReport } from '@taskwire/protocol';
import type { StoredHeartbeat } from '../store/report-parameters.ts';

/** What nobody would run at once; a longer list is a fault or a forgery. */
const RUNNING_MAX = 10_000;

/** A notifier names no more. */
const PUBLISHERS_MAX = 100;

/** A heartbeat from what a worker wrote; null where it is not one. Whatever is odd but harmless is made plain. */
export function readHeartbeat(workerId: string, text: string): StoredHeartbeat | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const beat = value as Readonly<Record<string, unknown>>;
  const startedAt = typeof beat.started_at === 'string' ? Date.parse(beat.started_at) : Number.NaN;
  if (!isName(workerId) || !isName(beat.worker_container) || !isTime(beat.at_ms)) return null;
  return {
    worker_id: workerId,
    worker_container: beat.worker_container,
    publisher_id: isName(beat.publisher_id) ? beat.publisher_id : null,
    pid: wholeNumber(beat.pid, 2_147_483_647),
    started_at: new Date(Number.isNaN(startedAt) ? beat.at_ms : startedAt).toISOString(),
    at_ms: beat.at_ms,
    clock_skew_ms: finite(beat.clock_skew_ms),
    running: Array.isArray(beat.running) ? beat.running.filter(isName).slice(0, RUNNING_MAX) : [],
    outbox_depth: wholeNumber(beat.outbox_depth, Number.MAX_SAFE_INTEGER),
    oldest_unacknowledged_ms: Math.max(0, finite(beat.oldest_unacknowledged_ms)),
    stopped: beat.stopped === true,
    publishers: Array.isArray(beat.publishers)
      ? beat.publishers.slice(0, PUBLISHERS_MAX).flatMap(readReport)
      : [],
  };
}

function readReport(value: unknown): readonly PublisherReport[] {
  if (typeof value !== 'object' || value === null) return [];
  const report = value as Readonly<Record<string, unknown>>;
  if (!isName(report.publisher_id)) return [];
  const last_sequence = wholeNumber(report.last_sequence, Number.MAX_SAFE_INTEGER);
  return [{ publisher_id: report.publisher_id, last_sequence, closed: report.closed === true }];
}

/** No NUL and no half of a surrogate pair: PostgreSQL takes neither. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= 255 &&
  !value.includes('\u0000') &&
  value.isWellFormed();

/** Until the year 5138: PostgreSQL's and JavaScript's dates go further. */
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value < 100_000_000_000_000;

const finite = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

const wholeNumber = (value: unknown, max: number): number =>
  Math.min(max, Math.max(0, Math.trunc(finite(value))));
