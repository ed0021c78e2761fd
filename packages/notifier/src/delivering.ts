import { formatTimestamp } from '@taskwire/protocol';
import { createAckReader } from './ack-reader.ts';
import { createDeliveries } from './delivery/deliveries.ts';
import { createHeartbeat, type HeartbeatContent } from './heartbeat.ts';
import { createLane } from './lane.ts';
import type { ResolvedOptions } from './notifier-options.ts';
import type { NotifierStatus } from './notifier-status.ts';
import type { EventKeeper } from './outbox/event-keeper.ts';
import { openRedisConnection } from './redis/redis-connection.ts';
import { createSender } from './sender.ts';
import { createCancelReader } from './task/cancel-reader.ts';
import type { RunningTasks } from './task/running-tasks.ts';
import { workerId } from './worker-id.ts';

/** How often a process looks for outboxes whose process is gone: a pool may lose members and start none. */
const ADOPT_INTERVAL_MS = 30_000;
/** Acknowledged events out of their grace time are looked for this often while nothing else happens. */
const COLLECT_INTERVAL_MS = 1_000;
/** An acknowledgement that went back while nothing waits is found by the next heartbeat, but not more often than this. */
const LOOK_BACK_INTERVAL_MS = 10_000;
/** The last heartbeat must not hold up the end of a process. */
const LAST_BEAT_MS_MAX = 1_000;

export interface DeliveringOptions extends ResolvedOptions {
  readonly keeper: EventKeeper;
  readonly running: RunningTasks;
  /** ms that only go forward: what is due when must not depend on a clock that somebody sets. */
  readonly elapsedMs: () => number;
}

/**
 * Everything that runs between start and stop, built and taken down here. Taken down in this order: events first,
 * then the word that this worker is gone, then the connection that both need, then the files.
 */
export interface Delivering {
  start(): void;
  wake(): void;
  /** Somebody may have asked for it to be cancelled before. */
  taskBegan(): void;
  flush(until: 'committed' | 'sent', timeoutMs: number): Promise<boolean>;
  status(): NotifierStatus;
  stop(): Promise<void>;
}

interface Waiter {
  readonly done: () => boolean;
  readonly resolve: (reached: boolean) => void;
}

export function createDelivering(options: DeliveringOptions): Delivering {
  const { keeper, logger, names, clock, elapsedMs } = options;
  const random = (): number => (options.random(1)[0] ?? 0) / 256;
  const senderId = Buffer.from(options.random(8)).toString('hex');
  const worker_id = workerId(options.workerContainer, senderId);
  const startedAt = formatTimestamp(Math.floor(clock() * 1000));
  const deliveries = createDeliveries();
  const lane = createLane({ logger, nowMs: elapsedMs, random });
  const heartbeat = createHeartbeat({ names, logger, nowMs: clock });
  const timers = new Set<NodeJS.Timeout>();
  const waiters = new Set<Waiter>();
  let collecting: NodeJS.Immediate | undefined;
  let lookedBackAtMs = elapsedMs();

  const connection = openRedisConnection({
    url: options.redisUrl,
    caFile: options.redisCaFile,
    nodes: options.redisNodes,
    key: names.stream,
    logger,
    random,
    onReady: () => {
      sender.connected();
      void beat();
    },
    onLost: () => lane.disconnected(),
    onNotMade: () => settleWaiters(),
  });
  const acks = createAckReader({
    names,
    senderId,
    lane,
    logger,
    nowMs: elapsedMs,
    random,
    onProgress: () => collect(),
  });
  const sender = createSender({
    names,
    senderId,
    keeper,
    deliveries,
    connection,
    acks,
    lane,
    signingKey: options.signingKey,
    logger,
    nowMs: elapsedMs,
    somebodyWaits: () => waiters.size > 0,
    onTurn: () => settleWaiters(),
  });

  const cancellations = createCancelReader({ names, connection, running: options.running, logger });

  const settleWaiters = (): void => {
    if (waiters.size === 0) return;
    deliveries.follow(keeper.logs(), elapsedMs());
    for (const waiter of waiters) if (waiter.done()) waiter.resolve(true);
  };
  const collect = (): void => {
    collecting ??= setImmediate(() => {
      collecting = undefined;
      if (keeper.collect(elapsedMs())) collect();
    });
  };
  const content = (stopped: boolean): HeartbeatContent => {
    deliveries.follow(keeper.logs(), elapsedMs());
    return {
      worker_id,
      worker_container: options.workerContainer,
      publisher_id: keeper.publisherId,
      pid: process.pid,
      started_at: startedAt,
      running: options.running.ids,
      outbox_depth: deliveries.unacknowledged,
      oldest_unacknowledged_ms: deliveries.oldestUnacknowledgedMs(clock()),
      publishers: deliveries.reports(),
      ...(stopped ? { stopped } : {}),
    };
  };
  const beat = async (): Promise<void> => {
    await heartbeat.beat(connection, content(false));
  };
  const beatAndLookBack = (): void => {
    void beat();
    if (elapsedMs() - lookedBackAtMs < LOOK_BACK_INTERVAL_MS) return;
    lookedBackAtMs = elapsedMs();
    acks.lookOnce();
    sender.wake();
  };
  const flush = (until: 'committed' | 'sent', timeoutMs: number): Promise<boolean> => {
    // What was acknowledged an hour ago may be gone from the database by now, so it is asked for once more.
    const isAway = () => connection.wasTried && (!connection.isReady || elapsedMs() < lane.holdsUntilMs);
    const hasNothing = () => keeper.logs().every(({ lastSequence }) => lastSequence === 0);
    const sure = () => hasNothing() || isAway() || acks.isSure(deliveries);
    const done = () =>
      until === 'sent' ? deliveries.unsent === 0 : deliveries.unacknowledged === 0 && sure();
    deliveries.follow(keeper.logs(), elapsedMs());
    if (until === 'committed') acks.lookOnce();
    if (done()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (reached: boolean): void => {
        clearTimeout(timer);
        waiters.delete(waiter);
        resolve(reached);
      };
      const waiter: Waiter = { done, resolve: finish };
      const timer = setTimeout(() => finish(false), timeoutMs);
      waiters.add(waiter);
      acks.expectSoon(true);
      sender.wake();
    });
  };

  return {
    flush,
    wake: sender.wake,
    taskBegan: cancellations.lookSoon,
    start() {
      keeper.open();
      keeper.adopt();
      cancellations.start();
      timers.add(setInterval(beatAndLookBack, options.heartbeatIntervalMs));
      timers.add(setInterval(collect, COLLECT_INTERVAL_MS));
      timers.add(
        setInterval(() => {
          keeper.adopt();
          sender.wake();
        }, ADOPT_INTERVAL_MS),
      );
      sender.wake();
    },
    status() {
      deliveries.follow(keeper.logs(), elapsedMs());
      return {
        enabled: true,
        lane: lane.name,
        lane_problem: connection.problem ?? lane.problem,
        publisher_id: keeper.publisherId,
        outbox_file: keeper.file,
        outbox_bytes: keeper.bytes,
        outbox_problem: keeper.problem,
        unacknowledged: deliveries.unacknowledged,
        oldest_unacknowledged_ms: deliveries.oldestUnacknowledgedMs(clock()),
        dropped_progress: keeper.droppedProgress,
      };
    },
    async stop() {
      await flush('committed', options.stopTimeoutMs);
      for (const timer of timers) clearInterval(timer);
      cancellations.stop();
      keeper.endPublisher();
      await within(LAST_BEAT_MS_MAX, heartbeat.beat(connection, content(true)));
      connection.close();
      await sender.stop();
      clearImmediate(collecting);
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
