import { createTaskStatusNotifier } from '@taskwire/notifier';
import { formatTimestamp, type RedisNames, type RedisNodes } from '@taskwire/protocol';
import { openLedger } from '../ledger/ledger-file.ts';
import { answerObservers, type PublisherView } from '../observe.ts';
import { seededRandom } from './seeded-random.ts';
import { createTaskScript } from './task-script.ts';

/** The first argument, as JSON. */
export interface PublisherConfig {
  readonly redisUrl: string;
  readonly redisNodes?: RedisNodes;
  readonly names: RedisNames;
  readonly label: string;
  readonly seed: number;
  readonly outboxPath: string;
  readonly ledgerPath: string;
  readonly eventsPerS: number;
  /** Ends by itself after so many; otherwise at SIGTERM. */
  readonly eventsMax: number;
  /** Default: the notifier's own. */
  readonly outboxBytesMax?: number;
  /** By how much its clock is wrong, ms: jumps from one to the next and stays at the last. Default: it is right. */
  readonly clock?: { readonly offsetsMs: readonly number[] };
}

/** How often it publishes what is due. */
const TICK_MS = 40;

/** How long it stays at one of these. */
const CLOCK_JUMP_MS = 500;

/** Its median time of publish() is over so many of them, the last. */
const PUBLISH_TIMES_KEPT = 500;

/** How long it may take until the last event is acknowledged, before it gives up with exit code 3. */
const FLUSH_MS_MAX = 90_000;

const config = JSON.parse(process.argv[2] ?? '') as PublisherConfig;
const ledger = openLedger(config.ledgerPath);
const offsetsMs = config.clock?.offsetsMs ?? [0];
const clock = (): number =>
  Date.now() +
  (offsetsMs[Math.min(offsetsMs.length - 1, Math.floor(performance.now() / CLOCK_JUMP_MS))] ?? 0);
const notifier = createTaskStatusNotifier({
  redisUrl: config.redisUrl,
  redisNodes: config.redisNodes,
  names: config.names,
  workerContainer: config.label,
  outboxPath: config.outboxPath,
  ...(config.outboxBytesMax === undefined ? {} : { outboxBytesMax: config.outboxBytesMax }),
  ...(config.clock === undefined ? {} : { clock }),
});
const nextEvent = createTaskScript(config.label, seededRandom(config.seed));
const startedAt = performance.now();
let published = 0;
let lastTimeUs = 0;
let stopping = false;
let resting = false;
// It rests, and goes on when it is told so again, as a worker between tasks.
process.on('SIGUSR1', () => {
  resting = !resting;
});
process.once('SIGTERM', () => {
  stopping = true;
});

const publishMs: number[] = [];
answerObservers(
  () =>
    ({
      ...notifier.status(),
      publish_ms_median: publishMs.toSorted((a, b) => a - b)[Math.floor(publishMs.length / 2)] ?? 0,
    }) satisfies PublisherView,
);
await notifier.start();
console.log('publishing');
while (!stopping && published < config.eventsMax) {
  const due = Math.min(config.eventsMax, ((performance.now() - startedAt) / 1000) * config.eventsPerS);
  while (!resting && published < due) publishNext();
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
const acknowledged = await notifier.flush({ timeoutMs: FLUSH_MS_MAX });
console.log(`published ${published} ${acknowledged ? 'acknowledged' : 'not acknowledged'}`);
await notifier.stop();
ledger.close();
process.exitCode = acknowledged ? 0 : 3;

function publishNext(): void {
  const event = nextEvent();
  const n = `${config.label}-${process.pid}-${published++}`;
  lastTimeUs = config.clock === undefined ? Math.max(lastTimeUs + 1, Date.now() * 1000) : clock() * 1000;
  const intent = {
    ...event,
    n,
    data: { ...event.data, n },
    time_us: lastTimeUs,
    task_name: 'tasks.test.chaos',
    worker_container: config.label,
  };
  ledger.intend(intent);
  const calledAt = performance.now();
  const outcome = notifier.publish({
    task_request_id: event.task_request_id,
    status: event.status,
    attempt: event.attempt,
    task_name: intent.task_name,
    timestamp: formatTimestamp(lastTimeUs),
    data: intent.data,
  });
  publishMs[published % PUBLISH_TIMES_KEPT] = performance.now() - calledAt;
  if (outcome.accepted) ledger.accept(n);
}
