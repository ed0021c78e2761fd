import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeEvent } from '../src/decode.ts';
import type { TaskEvent } from '../src/event.ts';
import { mergeEvents, rowOf } from '../src/merge.ts';
import { formatTimestamp } from '../src/timestamp.ts';
import { type ExpectedRow, mergeVectors, vectorOptions } from './vectors.ts';

describe('the merge, told by examples, in every order of their events', () => {
  for (const { name, description, payloads, row } of mergeVectors()) {
    it(`${name}: ${description}`, () => {
      const events = payloads.map(decoded);
      for (const order of permutations(events)) {
        const actual = asReaderSees(order);
        for (const [column, expected] of Object.entries(row)) {
          assert.deepEqual(actual[column as keyof ExpectedRow], expected, column);
        }
      }
    });
  }
});

function decoded(payload: Buffer): TaskEvent {
  const result = decodeEvent(payload, vectorOptions());
  assert.ok(result.ok, result.ok ? '' : result.detail);
  return result.event;
}

function asReaderSees(events: readonly TaskEvent[]): ExpectedRow {
  const row = rowOf(mergeEvents(events));
  const time = (us: number | null) => (us === null ? null : formatTimestamp(us));
  return {
    ...row,
    result: row.result_json === null ? null : JSON.parse(row.result_json),
    created_at: formatTimestamp(row.created_at_us),
    started_at: time(row.started_at_us),
    finished_at: time(row.finished_at_us),
    last_status_update: formatTimestamp(row.last_status_update_us),
  };
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}
