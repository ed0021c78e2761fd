import { formatTimestamp, TASK_STATUSES } from '@taskwire/protocol';
import fc from 'fast-check';
import { Receipt } from '../src/intake/delivery.ts';
import { EventColumns, StreamEvents } from '../src/intake/stream-events.ts';

export const NOW_MS = Date.UTC(2026, 10, 5, 12);
export const LIMITS = { nowMs: NOW_MS, earliestMs: NOW_MS - 86_400_000, eventBytesMax: 1_048_576 };

/** Whole ones have 15 digits at most. */
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: 0, max: 1_000 }).map((n) => n / 8),
  fc.double({ min: 0.001, max: 1_000_000, noNaN: true }),
  fc.double({ min: 1e-12, max: 0.000_01, noNaN: true }),
  fc.constantFrom(0, -1, 0.1, 1 / 3, 123456.789, 999_999_999_999_999),
);
/** Without halves of surrogate pairs, and without NUL; others than ASCII among them. */
const text = fc
  .oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('', '任务', '🚀', 'a\n\t"\\/b', '\u2028', '\ufffd'),
  )
  .map((each) => each.toWellFormed().replaceAll('\u0000', ''));
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const longText = fc.oneof(
  text,
  fc.integer({ min: 480, max: 520 }).map((n) => 'ä🚀x'.repeat(n).slice(0, n).toWellFormed()),
);
const data = fc.record(
  {
    n: value,
    cpu_usage: number,
    result: value,
    error: fc.oneof(longText, fc.constant(null)),
    error_type: text,
    execution_time: fc.oneof(number, fc.constantFrom(-1, null, 'long')),
    more: fc.dictionary(text, value, { maxKeys: 3, noNullPrototype: true }),
  },
  { requiredKeys: [] },
);

/** Events as our notifiers write them, from a few publishers about a few tasks within a few seconds. */
export const usualEvents: fc.Arbitrary<readonly Record<string, unknown>[]> = fc
  .array(
    fc.record({
      task: fc.nat({ max: 12 }),
      status: fc.constantFrom(...TASK_STATUSES),
      timeUs: fc.integer({ min: -5_000_000, max: 5_000_000 }),
      idMs: fc.integer({ min: -3, max: 3 }),
      container: fc.nat({ max: 2 }),
      publisher: fc.nat({ max: 3 }),
      attempt: fc.integer({ min: 0, max: 3 }),
      name: fc.option(fc.constantFrom('tasks.a', 'tasks.b', 'tasks.ab')),
      progress: fc.option(
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1, 0.005)),
      ),
      trace: fc.boolean(),
      data,
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((wishes) => {
    const sequences = new Map<number, number>();
    return wishes.map((wish, index) => {
      const sequence = (sequences.get(wish.publisher) ?? 0) + 1;
      sequences.set(wish.publisher, sequence);
      const time = (NOW_MS + wish.idMs).toString(16).padStart(12, '0');
      return {
        schema_version: 1,
        event_id: `${time.slice(0, 8)}-${time.slice(8)}-7${((index * 37) % 4096).toString(16).padStart(3, '0')}-a${index.toString(16).padStart(3, '0')}-0123456789ab`,
        task_request_id: `task-${'x'.repeat(wish.task % 4)}-${wish.task}`,
        status: wish.status,
        timestamp: formatTimestamp(NOW_MS * 1000 + wish.timeUs),
        worker_container: `worker-${wish.container}`,
        attempt: wish.attempt,
        ...(wish.name === null ? {} : { task_name: wish.name }),
        ...(wish.progress === null ? {} : { progress: wish.progress }),
        ...(wish.trace ? { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } : {}),
        publisher_id: `publisher_${wish.publisher}`,
        sequence,
        data: wish.data,
      };
    });
  });

/** In one block, with something between them, as a reply of Redis has them. */
export function inOneBlock(payloads: readonly (Buffer | string)[]): StreamEvents {
  const gap = Buffer.from('\r\n$5\r\nevent\r\n');
  const block = Buffer.concat(payloads.flatMap((payload) => [gap, Buffer.from(payload)]));
  const columns = new EventColumns();
  columns.beginEntry(new Receipt('1-0', payloads.length), null);
  let at = 0;
  for (const payload of payloads) {
    const from = at + gap.length;
    at = from + Buffer.byteLength(payload);
    columns.add(block, from, at, null);
  }
  return new StreamEvents(columns);
}
