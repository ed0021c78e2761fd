import { hash } from 'node:crypto';
import fc from 'fast-check';
import { decodeEvent } from '../src/decode.ts';
import { TASK_STATUSES, type TaskEvent } from '../src/event.ts';
import { formatTimestamp } from '../src/timestamp.ts';

/** Everything that was ever said of one task, in the order in which it was made up. */
export interface History {
  readonly task_request_id: string;
  /** The events as JSON on the wire. */
  readonly payloads: readonly Buffer[];
  /** The same, decoded. */
  readonly events: readonly TaskEvent[];
}

export interface HistoryOptions {
  readonly taskRequestId?: string;
  readonly eventsMax?: number;
  /** Around when it all happened, ms since 1970; ids and times lie within seconds of it. */
  readonly startMs?: number;
}

const START_MS = Date.UTC(2026, 0, 1, 10);

/**
 * Histories that are as mixed as the rules allow: both versions, attempts counted and not, reconciler events, all
 * statuses, times that coincide or contradict the attempts, results and errors of all kinds.
 */
export function history(options: HistoryOptions = {}): fc.Arbitrary<History> {
  const { taskRequestId = 'task-1', eventsMax = 10, startMs = START_MS } = options;
  const wire = fc.oneof(
    { weight: 5, arbitrary: counting },
    { weight: 3, arbitrary: versionZero },
    { weight: 1, arbitrary: notCounting },
    { weight: 1, arbitrary: reconciling },
  );
  return fc
    .array(wire, { minLength: 1, maxLength: eventsMax })
    .map((wires) => historyOf(wires, taskRequestId, startMs));
}

/** Histories of a task that is tried again and again: more attempts than a row keeps, and perhaps the end of one of them. */
export function triedOften(options: Omit<HistoryOptions, 'eventsMax'> = {}): fc.Arbitrary<History> {
  const { taskRequestId = 'task-1', startMs = START_MS } = options;
  const attempt = fc.integer({ min: 1, max: 40 });
  const drawn = (status: string) =>
    fc.record({
      ...shared,
      version: fc.constant(1 as const),
      status: fc.constant(status),
      attempt,
      progress,
    });
  return fc
    .tuple(
      fc.array(drawn('RUNNING'), { minLength: 25, maxLength: 35 }),
      fc.array(fc.oneof(drawn('RETRY'), drawn('SUCCESS')), { maxLength: 2 }),
    )
    .map(([runs, others]) => historyOf([...runs, ...others], taskRequestId, startMs));
}

/** The same histories for a seed, wherever and whenever: for tests that check many of them at once. */
export function generateHistories(
  seed: number,
  count: number,
  options: Omit<HistoryOptions, 'taskRequestId'> = {},
  kind: (options: HistoryOptions) => fc.Arbitrary<History> = history,
): readonly History[] {
  const histories = Array.from({ length: count }, (_, index) =>
    kind({ ...options, taskRequestId: `task-${seed}-${index}` }),
  );
  return histories.flatMap((arbitrary, index) => fc.sample(arbitrary, { seed: seed + index, numRuns: 1 }));
}

/** `items` in any order, each at least once, some of them again. */
export function delivered<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.array(fc.constantFrom(...items), { maxLength: items.length }).chain((copies) => {
    const all = [...items, ...copies];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
}

/** `items` cut anywhere into batches that are not empty, in order. */
export function inBatches<T>(items: readonly T[]): fc.Arbitrary<readonly (readonly T[])[]> {
  return fc.array(fc.boolean(), { minLength: items.length, maxLength: items.length }).map((cuts) => {
    const batches: T[][] = [];
    for (const [index, item] of items.entries()) {
      const last = batches.at(-1);
      if (last === undefined || cuts[index]) batches.push([item]);
      else last.push(item);
    }
    return batches;
  });
}

/** What is drawn of one event; ids and times are added when its place is known. */
interface Drawn {
  readonly version: 0 | 1;
  readonly status: string;
  /** µs after the start; few values, so that many coincide. */
  readonly after_us: number;
  readonly worker_container: string;
  readonly data: object;
  readonly task_name?: string | undefined;
  readonly attempt?: number;
  readonly progress?: number | undefined;
  readonly source?: string;
  /** Makes ids of one moment differ in either direction. */
  readonly id_order: number;
}

const failureData = {
  error: fc.constantFrom('boom', '磁盘已满 🚀', '', { code: 7 }, null, undefined),
  error_type: fc.constantFrom('ValueError', 'Timeout', undefined),
};
const shared = {
  after_us: fc.constantFrom(0, 1, 2, 1_000, 1_001, 500_000, 1_000_000, 2_000_000, 4_000_000),
  worker_container: fc.constantFrom('worker-a', 'worker-b'),
  task_name: fc.constantFrom(undefined, 'tasks.a', 'tasks.b', 'tasks.\uffee', 'tasks.🚀'),
  data: fc.record({
    ...failureData,
    result: fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' })),
  }),
  id_order: fc.nat({ max: 3 }),
};
const status = fc.constantFrom(...TASK_STATUSES);
const progress = fc.constantFrom(undefined, 0, 0.25, 0.5, 1);
const attempt = fc.constantFrom(1, 1, 1, 2, 2, 3);

const counting: fc.Arbitrary<Drawn> = fc.record({
  ...shared,
  version: fc.constant(1),
  status,
  attempt,
  progress,
});
const notCounting: fc.Arbitrary<Drawn> = fc.record({
  ...shared,
  version: fc.constant(1),
  status,
  attempt: fc.constant(0),
  progress,
});
const versionZero: fc.Arbitrary<Drawn> = fc.record({
  ...shared,
  version: fc.constant(0),
  status: fc.constantFrom('RUNNING', 'RETRY', 'FAILURE', 'SUCCESS'),
});
const reconciling: fc.Arbitrary<Drawn> = fc.record({
  ...shared,
  version: fc.constant(1),
  status: fc.constantFrom('FAILURE', 'FAILURE', 'SUCCESS', 'RETRY'),
  attempt: fc.constantFrom(0, 1, 2),
  source: fc.constant('reconciler'),
  worker_container: fc.constant('web'),
});

function historyOf(wires: readonly Drawn[], taskRequestId: string, startMs: number): History {
  const payloads = wires.map((fields, index) => payloadOf(fields, index, taskRequestId, startMs));
  return { task_request_id: taskRequestId, payloads, events: payloads.map((it) => decoded(it, startMs)) };
}

function payloadOf(drawn: Drawn, index: number, taskRequestId: string, startMs: number): Buffer {
  const { version, after_us, id_order, ...fields } = drawn;
  const timestamp = formatTimestamp(startMs * 1000 + after_us);
  const common = { task_request_id: taskRequestId, timestamp, ...fields };
  if (version === 0) return Buffer.from(JSON.stringify(common));
  const time = startMs.toString(16).padStart(12, '0');
  // The order is drawn; the rest keeps the ids of different events and tasks apart.
  const rest = hash('sha256', `${taskRequestId} ${index}`, 'hex');
  const eventId = `${time.slice(0, 8)}-${time.slice(8)}-700${id_order}-8${rest.slice(0, 3)}-${rest.slice(3, 15)}`;
  const numbered = { event_id: eventId, publisher_id: 'generated', sequence: index + 1 };
  return Buffer.from(JSON.stringify({ schema_version: 1, ...numbered, ...common }));
}

function decoded(payload: Buffer, startMs: number): TaskEvent {
  const result = decodeEvent(payload, { nowMs: startMs, earliestMs: 0, eventBytesMax: 1_048_576 });
  if (!result.ok) throw new Error(`a history that cannot be decoded: ${result.detail} in ${String(payload)}`);
  return result.event;
}
