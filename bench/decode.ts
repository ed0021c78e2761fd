import { type DecodeOptions, decodeEvent, formatTimestamp } from '@taskwire/protocol';
import { eventJsonSchema } from '@taskwire/protocol/json-schema';
import { readFlags } from '@taskwire/test-harness';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { median, spread } from './statistics.ts';

/**
 * How many events one core decodes and validates in a second, from bytes to what the store takes, side by side with what
 * it cannot do without (JSON.parse) and with what one would do otherwise (a generic JSON Schema validator, which leaves
 * times, texts, depth, long integers and derived ids still to do).
 */
const { values: flags } = readFlags({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const ROUNDS = flags.quick ? 3 : 7;
const EVENTS_PER_ROUND = flags.quick ? 20_000 : 100_000;
/** Different events, so that nothing profits from seeing one text again and again. */
const POOL_SIZE = 1_000;
const WARM_UP_ROUNDS = 1;

const START_MS = Date.UTC(2026, 0, 1, 10);
const options: DecodeOptions = { nowMs: START_MS, earliestMs: 0, eventBytesMax: 1_048_576 };
const validate = new Ajv2020({ strictTypes: false }).compile(eventJsonSchema());

const CONTENDERS = {
  decodeEvent: (payload: Buffer) => decodeEvent(payload, options).ok,
  'JSON.parse': (payload: Buffer) => JSON.parse(payload.toString()) !== null,
  'JSON.parse + ajv': (payload: Buffer) => validate(JSON.parse(payload.toString())),
} as const;
type Contender = keyof typeof CONTENDERS;
type Version = 'v1' | 'v0';

interface Result {
  readonly version: Version;
  readonly contender: Contender;
  readonly events_per_s: number;
  readonly spread: number;
  /** Relative to JSON.parse alone. */
  readonly ratio: number;
  readonly bytes_per_event: number;
}

const results = [...measure('v1'), ...measure('v0')];
if (flags.json) console.log(JSON.stringify(results));
else console.log(table(results));

function measure(version: Version): readonly Result[] {
  const pool = Array.from({ length: POOL_SIZE }, (_, index) =>
    Buffer.from(JSON.stringify(event(version, index))),
  );
  const names = Object.keys(CONTENDERS) as Contender[];
  const rates = new Map<Contender, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    // In turns, so that whatever else the machine does befalls all of them alike.
    for (const name of names) {
      const rate = run(CONTENDERS[name], pool);
      if (round >= WARM_UP_ROUNDS) rates.get(name)?.push(rate);
    }
  }
  const alone = median(rates.get('JSON.parse') ?? []);
  const bytes = pool.reduce((sum, payload) => sum + payload.byteLength, 0) / POOL_SIZE;
  return names.map((contender) => {
    const measured = rates.get(contender) ?? [];
    return {
      version,
      contender,
      events_per_s: Math.round(median(measured)),
      spread: spread(measured),
      ratio: median(measured) / alone,
      bytes_per_event: Math.round(bytes),
    };
  });
}

/** @returns events a second of CPU time, so that a busy machine does not count against anybody */
function run(contender: (payload: Buffer) => boolean, pool: readonly Buffer[]): number {
  let accepted = 0;
  const before = process.threadCpuUsage();
  for (let done = 0; done < EVENTS_PER_ROUND; done += pool.length) {
    for (const payload of pool) if (contender(payload)) accepted += 1;
  }
  const { user, system } = process.threadCpuUsage(before);
  if (accepted !== EVENTS_PER_ROUND) throw new Error(`only ${accepted} of ${EVENTS_PER_ROUND} accepted`);
  return EVENTS_PER_ROUND / ((user + system) / 1_000_000);
}

function event(version: Version, index: number): object {
  const suffix = index.toString(16).padStart(12, '0');
  const shared = {
    task_request_id: `5f0c8a3e-6d55-4d0e-9a52-${suffix}`,
    status: index % 4 === 3 ? 'SUCCESS' : 'RUNNING',
    timestamp: formatTimestamp(START_MS * 1000 + index * 1_237),
    data: {
      started_at: formatTimestamp(START_MS * 1000),
      cpu_usage: (index * 7.3) % 100,
      memory_usage: (index * 3.1) % 100,
      ...(index % 4 === 3
        ? { result: { files: index, freed_bytes: index * 4096 }, execution_time: index / 7 }
        : {}),
    },
    worker_container: 'secretflow-worker',
    task_name: 'tasks.web.system.analyze_resources',
  };
  if (version === 'v0') return shared;
  return {
    schema_version: 1,
    ...shared,
    event_id: `019b78ff-f900-7000-8000-${suffix}`,
    publisher_id: 'b1946ac92492d2347c6235b4d2611184',
    sequence: index + 1,
    attempt: 1,
  };
}

function table(rows: readonly Result[]): string {
  const lines = rows.map(
    (row) =>
      `${row.version}  ${row.contender.padEnd(16)} ${row.events_per_s.toLocaleString('en').padStart(9)} events/s  ±${(row.spread * 100).toFixed(0).padStart(2)} %  ${row.ratio.toFixed(2)} × JSON.parse  ${row.bytes_per_event} bytes/event`,
  );
  return ['Decoding and validating, one core, CPU time', ...lines].join('\n');
}
