import path from 'node:path';
import { createTaskStatusNotifier, type TaskStatusNotifier } from '@taskwire/notifier';
import { formatTimestamp, type RedisNames } from '@taskwire/protocol';
import { type LedgerWriter, openLedger } from '../ledger/ledger-file.ts';
import { seededRandom } from './seeded-random.ts';
import { createTaskScript } from './task-script.ts';

/** The first argument, as JSON. */
export interface ManyPublishersConfig {
  readonly redisUrl: string;
  readonly names: RedisNames;
  /** For the outboxes and the ledger. */
  readonly directory: string;
  /** What the names of these publishers begin with. */
  readonly label: string;
  readonly publishers: number;
  /** All of them at once, as fast as they are taken. */
  readonly eventsEach: number;
}

/** How long it may take until the last event is acknowledged. */
const FLUSH_MS_MAX = 240_000;

/**
 * Many notifiers in one process, with an outbox and a connection each. Says `published <events>` when all events are
 * in the outboxes, and `acknowledged <ms of each publisher>` when all are in the database; then it ends.
 */
const config = JSON.parse(process.argv[2] ?? '') as ManyPublishersConfig;
const ledger = openLedger(path.join(config.directory, `${config.label}.ledger`));
const notifiers = Array.from({ length: config.publishers }, (_, index) =>
  createTaskStatusNotifier({
    redisUrl: config.redisUrl,
    names: config.names,
    workerContainer: `${config.label}-${index}`,
    outboxPath: path.join(config.directory, `${config.label}-${index}.sqlite`),
  }),
);
for (const notifier of notifiers) await notifier.start();

const begun = performance.now();
let published = 0;
for (const [index, notifier] of notifiers.entries()) publishAll(notifier, `${config.label}-${index}`, ledger);
console.log(`published ${published}`);
const acknowledgedMs = await Promise.all(
  notifiers.map(async (notifier) => {
    const acknowledged = await notifier.flush({ timeoutMs: FLUSH_MS_MAX });
    return acknowledged ? Math.round(performance.now() - begun) : -1;
  }),
);
console.log(`acknowledged ${JSON.stringify(acknowledgedMs)}`);
await Promise.all(notifiers.map((notifier) => notifier.stop()));
ledger.close();

function publishAll(notifier: TaskStatusNotifier, label: string, { intend, accept }: LedgerWriter): void {
  const nextEvent = createTaskScript(label, seededRandom(label.length + config.publishers));
  let lastTimeUs = 0;
  for (let i = 0; i < config.eventsEach; i++) {
    const event = nextEvent();
    lastTimeUs = Math.max(lastTimeUs + 1, Date.now() * 1000);
    const n = `${label}-${i}`;
    const about = { task_name: 'tasks.test.chaos', data: { ...event.data, n } };
    intend({ ...event, ...about, n, time_us: lastTimeUs, worker_container: label });
    const { accepted } = notifier.publish({ ...event, ...about, timestamp: formatTimestamp(lastTimeUs) });
    if (!accepted) continue;
    accept(n);
    published += 1;
  }
}
