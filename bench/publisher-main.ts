import { once } from 'node:events';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { formatTimestamp, type RedisNames } from '@taskwire/protocol';
import { taskOf } from './bench-task.ts';
import { createObviousPublisher } from './obvious-design/publisher.ts';

/** The first argument, as JSON. */
export interface PublisherConfig {
  readonly design: 'taskwire' | 'obvious';
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly outboxPath: string;
  /** What its tasks are called by; different for those that publish into one database. */
  readonly label: string;
  readonly events: number;
  /**
   * So many others go before, as fast as it goes; when they are in the database (obvious design: in Redis), it says
   * `warm` and waits for SIGUSR2.
   */
  readonly warmUpEvents?: number;
  /** 0: as fast as it goes. */
  readonly eventsPerS: number;
  /** Default: it ends when its events are in the database; otherwise when they are in Redis. */
  readonly awaitAcknowledgement?: boolean;
}

/** Publishing is synchronous; so often the loop lets others run. */
const EVENTS_BETWEEN_YIELDS = 200;

/** For a backlog on a machine that is busy with other things. */
const FLUSH_MS_MAX = 170_000;

const config = JSON.parse(process.argv[2] ?? '') as PublisherConfig;
const publisher = await createPublisher();
let published = 0;
if (config.warmUpEvents !== undefined) {
  const told = once(process, 'SIGUSR2');
  await publishTo(config.warmUpEvents, 0);
  await publisher.arrived();
  console.log('warm');
  await told;
}
console.log(`started ${Date.now()}`);
if (config.awaitAcknowledgement === false) {
  // What gathers before the connection is there goes through a window of what is not acknowledged, and nobody acknowledges.
  publisher.publish(published++);
  await publisher.sent();
}
await publishTo((config.warmUpEvents ?? 0) + config.events, config.eventsPerS);
console.log(`published ${Date.now()}`);
await publisher.stop();
console.log('stopped');

/** @param total events, with those that were published before. @param eventsPerS 0: as fast as it goes */
async function publishTo(total: number, eventsPerS: number): Promise<void> {
  const before = published;
  const startedAt = performance.now();
  while (published < total) {
    const elapsedS = (performance.now() - startedAt) / 1000;
    const due = eventsPerS === 0 ? total : Math.min(total, before + elapsedS * eventsPerS);
    for (let i = 0; i < EVENTS_BETWEEN_YIELDS && published < due; i++) publisher.publish(published++);
    await new Promise<void>((resolve) => (published < due ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
}

interface Publisher {
  publish(n: number): void;
  /** Resolves when all of it is in Redis. */
  sent(): Promise<void>;
  /** Resolves when all of it is in the database; in the obvious design nobody hears of that, and it is as `sent`. */
  arrived(): Promise<void>;
  stop(): Promise<void>;
}

async function createPublisher(): Promise<Publisher> {
  if (config.design === 'obvious') {
    const obvious = createObviousPublisher(config.redisUrl);
    return {
      publish: (n) => {
        const timestamp = formatTimestamp(Date.now() * 1000);
        obvious.publish({ ...event(n), timestamp, worker_container: 'bench' });
      },
      sent: obvious.sent,
      arrived: obvious.sent,
      stop: obvious.stop,
    };
  }
  const notifier = createTaskStatusNotifier({
    redisUrl: config.redisUrl,
    names: config.names,
    workerContainer: config.label,
    outboxPath: config.outboxPath,
  });
  await notifier.start();
  const reach = async (until: 'sent' | 'committed'): Promise<void> => {
    if (!(await notifier.flush({ timeoutMs: FLUSH_MS_MAX, until }))) {
      throw new Error(`not all events were ${until} within ${FLUSH_MS_MAX} ms`);
    }
  };
  return {
    publish: (n) => {
      const outcome = notifier.publish(event(n));
      if (!outcome.accepted) throw outcome.error;
    },
    sent: () => reach('sent'),
    arrived: () => reach('committed'),
    stop: async () => {
      await reach(config.awaitAcknowledgement === false ? 'sent' : 'committed');
      await notifier.stop();
    },
  };
}

/** Two events a task: RUNNING, then SUCCESS. Their time is when they are published. */
function event(n: number) {
  return {
    task_request_id: taskOf(config.label, n),
    status: n % 2 === 0 ? ('RUNNING' as const) : ('SUCCESS' as const),
    task_name: 'tasks.bench',
    data: { n: `${config.label}-${n}`, cpu_usage: 12.5, memory_usage: 40.25, result: { ok: true } },
  };
}
