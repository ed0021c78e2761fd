import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type HistoryRow, judge, type StoredRow } from './check-ledger.ts';
import type { Intent, Ledger } from './ledger-file.ts';

const intentOf = (n: string, status: Intent['status'], time_us: number): Intent => ({
  n,
  task_request_id: 'task-1',
  status,
  time_us,
  attempt: 1,
  task_name: 'tasks.test',
  worker_container: 'worker-1',
  data: { n },
});
const INTENTS = [intentOf('a', 'RUNNING', 1_000_000), intentOf('b', 'SUCCESS', 2_000_000)];

const LEDGER: Ledger = {
  intents: new Map(INTENTS.map((intent) => [intent.n, intent])),
  accepted: new Set(['a', 'b']),
};
const HISTORY: readonly HistoryRow[] = INTENTS.map(
  ({ n, task_request_id, status, attempt, time_us, data }) => ({
    n,
    event_id: `00000000-0000-7000-8000-00000000000${n}`,
    task_request_id,
    status,
    attempt,
    event_time_us: time_us,
    data,
  }),
);
const ROW: StoredRow = {
  task_request_id: 'task-1',
  task_name: 'tasks.test',
  status: 'SUCCESS',
  attempt: 1,
  result: null,
  error: null,
  error_type: null,
  worker_source: 'worker-1',
  conflict: false,
  created_at_us: 1_000_000,
  started_at_us: 1_000_000,
  finished_at_us: 2_000_000,
  last_status_update_us: 2_000_000,
};

/** What is found with these in the place of what is right. */
function found(history: readonly HistoryRow[], rows: readonly StoredRow[] = [ROW], ledger = LEDGER) {
  const { lost, doubled, invented, wrongRows } = judge(ledger, history, rows);
  return { lost, doubled, invented, wrongRows };
}
const NOTHING = { lost: [], doubled: [], invented: [], wrongRows: [] };
const [running, success] = HISTORY as [HistoryRow, HistoryRow];

describe('the judge', () => {
  it('finds nothing where the database holds what was accepted', () => {
    assert.deepEqual(found(HISTORY), NOTHING);
  });

  it('finds an accepted event that is not in the history, and the row that misses it', () => {
    const { lost, wrongRows } = found([success]);
    assert.deepEqual(lost, ['a']);
    assert.deepEqual(wrongRows, ['task-1: created_at_us is 1000000, should be 2000000']);
  });

  it('leaves an event that was meant and not accepted, there or not', () => {
    const ledger = { ...LEDGER, accepted: new Set(['b']) };
    assert.deepEqual(found(HISTORY, [ROW], ledger), NOTHING);
    assert.deepEqual(
      found([success], [{ ...ROW, created_at_us: 2_000_000, started_at_us: null }], ledger),
      NOTHING,
    );
  });

  it('finds an event that is there twice', () => {
    assert.deepEqual(
      found([...HISTORY, { ...running, event_id: '00000000-0000-7000-8000-00000000000f' }]).doubled,
      ['a'],
    );
  });

  it('finds an event that nobody meant', () => {
    assert.deepEqual(found([...HISTORY, { ...running, n: 'c' }]).invented, ['c']);
  });

  it('finds an event whose content is another', () => {
    for (const [column, value] of [
      ['task_request_id', 'task-2'],
      ['status', 'FAILURE'],
      ['attempt', 2],
      ['event_time_us', 3],
      ['data', { n: 'b', more: true }],
    ] as const) {
      const [first] = found([running, { ...success, [column]: value }]).wrongRows;
      assert.match(first ?? '', new RegExp(`^b: ${column} is `), column);
    }
  });

  it('finds a row that is not the merge of its events, in any column', () => {
    for (const column of Object.keys(ROW).filter((each) => each !== 'task_request_id')) {
      const { wrongRows } = found(HISTORY, [{ ...ROW, [column]: 'wrong' }]);
      assert.match(wrongRows[0] ?? '', new RegExp(`^task-1: ${column} is "wrong"`), column);
    }
  });

  it('finds a task without its row, and a row without an event', () => {
    assert.deepEqual(found(HISTORY, []).wrongRows, ['task-1: it has no row']);
    const groundless = { ...ROW, task_request_id: 'task-9' };
    assert.deepEqual(found(HISTORY, [ROW, groundless]).wrongRows, ['task-9: its row has no event']);
  });
});
