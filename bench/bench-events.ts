import type { BatchEvent } from '@taskwire/listener';
import { decodeEvent, formatTimestamp } from '@taskwire/protocol';

const START_MS = Date.UTC(2026, 0, 1);

/** Two events a task, RUNNING and SUCCESS, as our notifiers write them: events `from` to `from + count` of one publisher. */
export function benchPayloads(from: number, count: number): readonly Buffer[] {
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return Buffer.from(
      JSON.stringify({
        schema_version: 1,
        event_id: timeOrderedId(nowMs, n),
        publisher_id: 'b1946ac92492d2347c6235b4d2611184',
        sequence: n + 1,
        task_request_id: `bench-task-${Math.floor(n / 2)}`,
        status: n % 2 === 0 ? 'RUNNING' : 'SUCCESS',
        timestamp: formatTimestamp((nowMs - 1_000) * 1000 + n),
        attempt: 1,
        task_name: 'tasks.bench',
        worker_container: 'bench',
        data: { n: `bench-${n}`, cpu_usage: 12.5, memory_usage: 40.25, result: { ok: true } },
      }),
    );
  });
}

/** The same as the listener decodes them. */
export function benchEvents(from: number, count: number): readonly BatchEvent[] {
  return benchPayloads(from, count).map((payload) => {
    const decoded = decodeEvent(payload, {
      nowMs: Date.now(),
      earliestMs: START_MS,
      eventBytesMax: 1_048_576,
    });
    if (!decoded.ok) throw new Error(`an event of the benchmark is refused: ${JSON.stringify(decoded)}`);
    return { event: decoded.event, lane: 'stream', payload: payload.toString() };
  });
}

/** A UUID of version 7 that grows with n. */
function timeOrderedId(nowMs: number, n: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  const counter = n.toString(16).padStart(15, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.slice(0, 3)}-8${counter.slice(3, 6)}-000${counter.slice(6)}`;
}
