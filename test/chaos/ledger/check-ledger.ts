import { isDeepStrictEqual } from 'node:util';
import { eventData, mergeEvents, rowOf, type TaskEvent } from '@taskwire/protocol';
import pg from 'pg';
import type { Intent, Ledger } from './ledger-file.ts';

/** "Lost: 0, doubled: 0, wrong rows: 0" is the only passing line. */
export interface Verdict {
  readonly accepted: number;
  readonly history: number;
  /** Accepted events that are not in the history. */
  readonly lost: readonly string[];
  /** Events that are in the history more than once. */
  readonly doubled: readonly string[];
  /** Events in the history that nobody meant to send. */
  readonly invented: readonly string[];
  /** Rows of the history that are not what was meant, and tasks whose row is not the merge of their events. */
  readonly wrongRows: readonly string[];
}

/** Whether everything that was accepted has arrived; cheap enough to be asked while waiting. */
export async function countMissing(ledger: Ledger, databaseUrl: string): Promise<number> {
  const numbers = new Set((await readHistory(databaseUrl)).map((row) => row.n));
  return [...ledger.accepted].filter((n) => !numbers.has(n)).length;
}

/** Compares what producers accepted with what the database holds. Knows the tables and the merge, nothing else. */
export async function checkLedger(ledger: Ledger, databaseUrl: string): Promise<Verdict> {
  return judge(ledger, await readHistory(databaseUrl), await readRows(databaseUrl));
}

/** Pure: the judgement on what was read. */
export function judge(ledger: Ledger, history: readonly HistoryRow[], rows: readonly StoredRow[]): Verdict {
  const copies = new Map<string, number>();
  for (const { n } of history) copies.set(n, (copies.get(n) ?? 0) + 1);
  return {
    accepted: ledger.accepted.size,
    history: history.length,
    lost: [...ledger.accepted].filter((n) => !copies.has(n)),
    doubled: [...copies].filter(([, count]) => count > 1).map(([n]) => n),
    invented: [...copies.keys()].filter((n) => !ledger.intents.has(n)),
    wrongRows: [...changedEvents(history, ledger), ...wrongRows(rows, history, ledger)],
  };
}

export const isClean = (verdict: Verdict): boolean =>
  verdict.lost.length + verdict.doubled.length + verdict.invented.length + verdict.wrongRows.length === 0;

export function describeVerdict(verdict: Verdict): string {
  const counts = `accepted ${verdict.accepted}, history ${verdict.history}`;
  const faults = `lost ${verdict.lost.length}, doubled ${verdict.doubled.length}, invented ${verdict.invented.length}, wrong rows ${verdict.wrongRows.length}`;
  const examples = [...verdict.lost, ...verdict.doubled, ...verdict.invented, ...verdict.wrongRows].slice(
    0,
    5,
  );
  return `${counts}: ${faults}${examples.length === 0 ? '' : ` — ${examples.join('; ')}`}`;
}

export interface HistoryRow {
  readonly n: string;
  readonly event_id: string;
  readonly task_request_id: string;
  readonly status: string;
  readonly attempt: number;
  readonly event_time_us: number;
  readonly data: unknown;
}

export interface StoredRow {
  readonly task_request_id: string;
  readonly task_name: string | null;
  readonly status: string;
  readonly attempt: number;
  readonly result: unknown;
  readonly error: string | null;
  readonly error_type: string | null;
  readonly worker_source: string;
  /** Null where a later release keeps it elsewhere. */
  readonly conflict: boolean | null;
  readonly created_at_us: number;
  readonly started_at_us: number | null;
  readonly finished_at_us: number | null;
  readonly last_status_update_us: number;
}

const FINALS = "(to_jsonb(task) ->> 'finals')::integer";
const CONFLICT = `${FINALS} & (${FINALS} - 1) <> 0 AS conflict`;

const us = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::double precision AS ${column}_us`;

function readHistory(databaseUrl: string): Promise<readonly HistoryRow[]> {
  return select(
    databaseUrl,
    `SELECT data ->> 'n' AS n, event_id::text, task_request_id, status, attempt, ${us('event_time')}, data
     FROM task_logs WHERE data ? 'n'`,
  );
}

function readRows(databaseUrl: string): Promise<readonly StoredRow[]> {
  return select(
    databaseUrl,
    `SELECT task_request_id, task_name, status, attempt, result, error, error_type, worker_source, ${CONFLICT},
            ${us('created_at')}, ${us('started_at')}, ${us('finished_at')}, ${us('last_status_update')}
     FROM task_requests AS task`,
  );
}

async function select<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  sql: string,
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

function changedEvents(history: readonly HistoryRow[], ledger: Ledger): readonly string[] {
  return history.flatMap((row) => {
    const intent = ledger.intents.get(row.n);
    if (intent === undefined) return [];
    const expected = {
      task_request_id: intent.task_request_id,
      status: intent.status,
      attempt: intent.attempt,
      event_time_us: intent.time_us,
      data: intent.data,
    };
    const difference = firstDifference(expected, row);
    return difference === null ? [] : [`${row.n}: ${difference}`];
  });
}

function wrongRows(
  rows: readonly StoredRow[],
  history: readonly HistoryRow[],
  ledger: Ledger,
): readonly string[] {
  const eventsByTask = new Map<string, TaskEvent[]>();
  for (const { n, event_id } of history) {
    const intent = ledger.intents.get(n);
    if (intent === undefined) continue;
    const events = eventsByTask.get(intent.task_request_id) ?? [];
    events.push(asEvent(intent, event_id));
    eventsByTask.set(intent.task_request_id, events);
  }
  const stored = new Map(rows.map((row) => [row.task_request_id, row]));
  const names = new Set([...ledger.intents.values()].map(({ task_name }) => task_name));
  const groundless = rows.filter(
    ({ task_request_id: id, task_name }) => names.has(task_name ?? '') && !eventsByTask.has(id),
  );
  const wrong = [...eventsByTask].flatMap(([id, events]) => {
    const row = stored.get(id);
    const difference = row === undefined ? 'it has no row' : differenceOf(row, events);
    return difference === null ? [] : [`${id}: ${difference}`];
  });
  return [...wrong, ...groundless.map(({ task_request_id: id }) => `${id}: its row has no event`)];
}

function differenceOf(row: StoredRow, events: readonly TaskEvent[]): string | null {
  const merged = rowOf(mergeEvents(events));
  const expected: Omit<StoredRow, 'task_request_id'> = {
    task_name: merged.task_name,
    status: merged.status,
    attempt: merged.attempt,
    result: merged.result_json === null ? null : JSON.parse(merged.result_json),
    error: merged.error,
    error_type: merged.error_type,
    worker_source: merged.worker_source,
    conflict: row.conflict === null ? null : merged.conflict,
    created_at_us: merged.created_at_us,
    started_at_us: merged.started_at_us,
    finished_at_us: merged.finished_at_us,
    last_status_update_us: merged.last_status_update_us,
  };
  return firstDifference(expected, row);
}

function firstDifference<T extends object>(
  expected: T,
  found: { readonly [K in keyof T]: unknown },
): string | null {
  const wrong = (Object.keys(expected) as (keyof T & string)[]).find(
    (column) => !isDeepStrictEqual(expected[column], found[column]),
  );
  return wrong === undefined
    ? null
    : `${wrong} is ${JSON.stringify(found[wrong])}, should be ${JSON.stringify(expected[wrong])}`;
}

function asEvent(intent: Intent, eventId: string): TaskEvent {
  return {
    schema_version: intent.attempt === 0 ? 0 : 1,
    event_id: eventId,
    task_request_id: intent.task_request_id,
    status: intent.status,
    event_time_us: intent.time_us,
    data: eventData(intent.status, intent.data),
    worker_container: intent.worker_container,
    task_name: intent.task_name,
    attempt: intent.attempt,
    progress: null,
    publisher_id: null,
    sequence: null,
    source: null,
    traceparent: null,
  };
}
