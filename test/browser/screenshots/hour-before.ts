import { createHash } from 'node:crypto';
import {
  createTaskStats,
  createTaskStatusService,
  type Database,
  type TaskStatusService,
} from '@taskwire/listener';
import { createEventIdSource, eventData, type TaskEvent, type TaskStatus } from '@taskwire/protocol';
import { seededRandom } from '../../chaos/load/seeded-random.ts';

/**
 * An hour of work that lies behind us, so that charts and lists have something to show: its events are applied by the
 * store and counted by the listener's own counters, only with the times of then.
 */
export async function writeHourBefore(database: Database, endMs: number): Promise<void> {
  const arrivals = hourOfEvents(endMs).toSorted((a, b) => a.committedAtMs - b.committedAtMs);
  const service = createTaskStatusService(database);
  for (let from = 0; from < arrivals.length; from += BATCH_EVENTS) {
    const events = arrivals
      .slice(from, from + BATCH_EVENTS)
      .map(({ event }) => ({ event, lane: 'stream' as const, payload: '' }));
    await service.apply({ events, deadLetters: [] });
  }
  await count(service, arrivals);
}

interface Arrival {
  readonly event: TaskEvent;
  readonly committedAtMs: number;
}

interface Kind {
  readonly task_name: string;
  /** How many of a hundred tasks are of it. */
  readonly share: number;
  readonly durationMs: number;
  /** Of a hundred, how many fail; and as what. */
  readonly failures: number;
  readonly error_type: string;
  readonly error: string;
}

const KINDS: readonly Kind[] = [
  {
    task_name: 'tasks.web.system.analyze_resources',
    share: 34,
    durationMs: 620,
    failures: 0.2,
    error_type: 'TimeoutError',
    error: 'the file system /mnt/archive did not answer within 90 s',
  },
  {
    task_name: 'tasks.web.diagnostics.analyze_ssl_certificates',
    share: 22,
    durationMs: 1_400,
    failures: 4,
    error_type: 'certificate_expired',
    error: 'the certificate of intranet.example.org:443 expired 3 days ago',
  },
  {
    task_name: 'tasks.web.diagnostics.analyze_connectivity_matrix',
    share: 16,
    durationMs: 2_800,
    failures: 3,
    error_type: 'target_not_allowed',
    error: 'db-2.example.org resolves to 10.4.0.12, which TASKWIRE_NETWORK_ALLOW does not allow',
  },
  {
    task_name: 'tasks.web.certificate.validate_certificate_batch',
    share: 16,
    durationMs: 260,
    failures: 1.5,
    error_type: 'parameters_invalid',
    error: 'certificates/3/pem: expected a PEM certificate, got 12 characters of something else',
  },
  {
    task_name: 'tasks.web.system.analyze_cleanup_statistics',
    share: 12,
    durationMs: 5_200,
    failures: 0.8,
    error_type: 'folder_unreadable',
    error: '/srv/exports: permission denied',
  },
];

const HOUR_MS = 3_600_000;
const TASKS = 3_000;
const WORKERS = ['worker-a', 'worker-b', 'worker-c'] as const;
const BATCH_EVENTS = 1_000;
const SEED = 20_261_124;

function hourOfEvents(endMs: number): readonly Arrival[] {
  const random = seededRandom(SEED);
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => random() * 256));
  const arrivals: Arrival[] = [];
  for (let index = 0; index < TASKS; index++) {
    const kind = kindAt(random() * 100);
    const createdMs = endMs - HOUR_MS + momentOf(random) * HOUR_MS;
    const id = idOf(index);
    const worker_container = WORKERS[Math.floor(random() * WORKERS.length)] ?? WORKERS[0];
    const add = (
      status: TaskStatus,
      atMs: number,
      attempt = 1,
      data: Readonly<Record<string, unknown>> = {},
    ): void => {
      if (atMs >= endMs) return;
      const newId = createEventIdSource({ now: () => atMs, random: randomBytes });
      const delayMs = 1.5 + random() * 3 + (random() < 0.03 ? random() * 22 : 0);
      arrivals.push({
        committedAtMs: atMs + delayMs,
        event: {
          schema_version: 1,
          event_id: newId(),
          task_request_id: id,
          status,
          event_time_us: Math.round(atMs * 1_000),
          data: eventData(status, data),
          worker_container,
          task_name: kind.task_name,
          attempt,
          progress: null,
          publisher_id: null,
          sequence: null,
          source: null,
          traceparent: null,
        },
      });
    };
    const runMs = kind.durationMs * (0.55 + random() * 0.9 + (random() < 0.02 ? 3 : 0));
    let atMs = createdMs;
    add('PENDING', atMs);
    atMs += 4 + random() * 30;
    add('RUNNING', atMs);
    // What goes wrong goes wrong together: for some minutes a network was away.
    const isBadTime = Math.abs((endMs - createdMs) / HOUR_MS - 0.35) < 0.03;
    if (random() * 100 < kind.failures * (isBadTime ? 9 : 1)) {
      atMs += runMs;
      const failure = { error: kind.error, error_type: kind.error_type, execution_time: runMs / 1_000 };
      if (random() < 0.4) {
        add('RETRY', atMs, 1, failure);
        atMs += 3_000;
        add('RUNNING', atMs, 2);
        atMs += runMs;
        add('SUCCESS', atMs, 2, { result: { ok: true }, execution_time: runMs / 1_000 });
      } else add('FAILURE', atMs, 1, failure);
    } else if (random() < 0.004) add('CANCELLED', atMs + runMs / 2, 1);
    else add('SUCCESS', atMs + runMs, 1, { result: { ok: true }, execution_time: runMs / 1_000 });
  }
  return arrivals;
}

function kindAt(hundredth: number): Kind {
  let sum = 0;
  for (const kind of KINDS) {
    sum += kind.share;
    if (hundredth < sum) return kind;
  }
  return KINDS[0] as Kind;
}

/** From 0 to 1, more often in one half of the hour than in the other, with a wave on top. */
function momentOf(random: () => number): number {
  for (;;) {
    const moment = random();
    const density = 0.45 + 0.25 * Math.sin(moment * 7) + 0.25 * moment;
    if (random() < density) return moment;
  }
}

/** Looks like any other id, and is the same each time. */
function idOf(index: number): string {
  const hex = createHash('sha256').update(`${SEED}:${index}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function count(service: TaskStatusService, arrivals: readonly Arrival[]): Promise<void> {
  let nowMs = 0;
  const stats = createTaskStats(() => nowMs);
  for (const { event, committedAtMs } of arrivals) {
    nowMs = committedAtMs;
    stats.event(event, committedAtMs);
  }
  await service.recordStats('the-hour-before', stats.pending());
}
