import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListenerMetrics } from '@taskwire/listener';
import { prometheusText } from './prometheus-text.ts';

const metrics = {
  received: { stream: 3, list: 1 },
  committed: { stream: 2 },
  duplicates: {},
  dead_letters: { not_json: 1 },
  totals: { events_lost: 5 },
  gauges: { open_holes: 7, clock_skew_ms_max: 250 },
  commit_latency_ms: { bounds: [1, 10], counts: [4, 2, 1], sum: 45, count: 7 },
} as unknown as ListenerMetrics;

const parts = [
  { part: 'redis', state: 'down', since: '', detail: '', meaning: '' },
  { part: 'database', state: 'ok', since: '', detail: '', meaning: '' },
] as const;

test('counters have their labels, buckets add up, and times are in seconds', () => {
  const lines = prometheusText({ listener: metrics, residentBytes: 1_000, parts }).split('\n');
  for (const line of [
    'process_resident_memory_bytes 1000',
    'taskwire_messages_received_total{lane="stream"} 3',
    'taskwire_messages_received_total{lane="list"} 1',
    'taskwire_dead_letters_total{reason="not_json"} 1',
    'taskwire_events_lost_total 5',
    'taskwire_dead_letters_total{reason="expired"} 0',
    'taskwire_open_holes 7',
    'taskwire_clock_skew_seconds_max 0.25',
    'taskwire_part_state{part="redis"} 2',
    'taskwire_part_state{part="database"} 0',
    'taskwire_commit_latency_seconds_bucket{le="0.001"} 4',
    'taskwire_commit_latency_seconds_bucket{le="0.01"} 6',
    'taskwire_commit_latency_seconds_bucket{le="+Inf"} 7',
    'taskwire_commit_latency_seconds_sum 0.045',
    'taskwire_commit_latency_seconds_count 7',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test('every line is a comment or a sample, every family says its type once, and the text ends with a line end', () => {
  const text = prometheusText({ listener: metrics, residentBytes: 1_000, parts });
  assert.ok(text.endsWith('\n'));
  const lines = text.trimEnd().split('\n');
  for (const line of lines)
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)$/);
  const types = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
  assert.equal(new Set(types).size, types.length);
});

test('without a listener there is still the process', () => {
  assert.match(
    prometheusText({ listener: null, residentBytes: 5, parts }),
    /^process_resident_memory_bytes 5$/m,
  );
});
