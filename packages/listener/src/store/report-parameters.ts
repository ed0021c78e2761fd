import type { PublisherReport, WorkerHeartbeat } from '@taskwire/protocol';
import { plainArray, textArray } from './array-literal.ts';
import type { StatsRow } from './stats-row.ts';

/** A heartbeat as it is kept; the last one of a worker that stopped in order says so. */
export type StoredHeartbeat = WorkerHeartbeat & { readonly stopped?: boolean };

/** Of `record_heartbeats.sql`. */
export function heartbeatParameters(heartbeats: readonly StoredHeartbeat[]): readonly string[] {
  const sorted = heartbeats.toSorted((a, b) => (a.worker_id < b.worker_id ? -1 : 1));
  return [
    textArray(sorted.map((beat) => beat.worker_id)),
    textArray(sorted.map((beat) => beat.worker_container)),
    textArray(sorted.map((beat) => beat.publisher_id)),
    plainArray(sorted.map((beat) => beat.pid)),
    textArray(sorted.map((beat) => beat.started_at)),
    plainArray(sorted.map((beat) => beat.at_ms)),
    plainArray(sorted.map((beat) => beat.clock_skew_ms)),
    textArray(sorted.map((beat) => JSON.stringify(beat.running))),
    plainArray(sorted.map((beat) => beat.outbox_depth)),
    plainArray(sorted.map((beat) => beat.oldest_unacknowledged_ms)),
    plainArray(sorted.map((beat) => beat.stopped ?? false)),
  ];
}

/** Of `record_publisher_reports.sql`. Two processes may hold an outbox one after the other; the later one knows. */
export function reportParameters(reports: readonly PublisherReport[]): readonly string[] {
  const latest = [...new Map(reports.map((report) => [report.publisher_id, report])).values()];
  return [
    textArray(latest.map((report) => report.publisher_id)),
    plainArray(latest.map((report) => report.last_sequence)),
    plainArray(latest.map((report) => report.closed)),
  ];
}

/** Of `record_stats.sql`, after the name of the replica. */
export const statsParameters = (rows: readonly StatsRow[]): readonly string[] => [
  plainArray(rows.map((row) => row.width_s)),
  plainArray(rows.map((row) => row.at_ms)),
  textArray(rows.map((row) => plainArray(row.by_status))),
  plainArray(rows.map((row) => row.dead_letters)),
  textArray(rows.map((row) => plainArray(row.commit_latency))),
  textArray(rows.map((row) => plainArray(row.delivery_latency))),
  textArray(rows.map((row) => plainArray(row.run_duration))),
];
