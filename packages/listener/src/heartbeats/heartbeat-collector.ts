import { type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { whenOneIsReady } from '../redis/connection.ts';
import { sayOfShards } from '../shards/say-of-shards.ts';
import type { Shard } from '../shards/shard.ts';
import type { StoredHeartbeat } from '../store/report-parameters.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { WORKER_ALIVE_MS } from '../store/worker-repository.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import { readHeartbeat } from './read-heartbeat.ts';

const COLLECT_INTERVAL_MS = 1_000;

const UNHEARD = 'no task is reconciled meanwhile';

/** A worker that was silent for so long is taken out of Redis; the database keeps its last heartbeat. */
const KEPT_MS = 3_600_000;

/** What was last heard of a worker; ages are measured within Redis' clock alone. */
export interface WorkerSign {
  readonly worker_id: string;
  readonly worker_container: string;
  /** Since its last heartbeat, ms, when the signs were collected. */
  readonly age_ms: number;
  /** It said goodbye. */
  readonly stopped: boolean;
  readonly running: ReadonlySet<string>;
  readonly oldest_unacknowledged_ms: number;
}

export interface CollectedSigns {
  /** performance.now() */
  readonly collectedAt: number;
  /** performance.now() since when each collection succeeded: before that workers may have been unable to speak. */
  readonly unbrokenSince: number;
  readonly workers: readonly WorkerSign[];
}

export interface HeartbeatCollector extends Service {
  /** The publishers of the workers that were heard on a shard. */
  publishersOn(shard: number): ReadonlySet<string>;
  /** Null where there is nothing recent: this replica does not lead, or Redis is away, be it one shard of it. */
  signs(): CollectedSigns | null;
}

export interface HeartbeatCollectorOptions {
  readonly shards: readonly Shard[];
  readonly service: Pick<TaskStatusService, 'recordHeartbeats'>;
  readonly leader: Leader;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Carries the heartbeats of workers from Redis to the database, and shows them to the reconciler. */
export function createHeartbeatCollector(options: HeartbeatCollectorOptions): HeartbeatCollector {
  const { metrics } = options;
  const shards = options.shards.map((shard) => createShardEar(shard));
  const connections = options.shards.map(({ redis }) => redis);
  let collected: CollectedSigns | null = null;

  async function work(signal: AbortSignal): Promise<void> {
    await whenOneIsReady(connections, signal);
    let unbrokenSince = performance.now();
    try {
      while (!signal.aborted) {
        if (!(await collect(unbrokenSince))) unbrokenSince = performance.now();
        await pause(COLLECT_INTERVAL_MS, signal);
      }
    } finally {
      collected = null;
      for (const shard of shards) shard.forget();
    }
  }

  /** @returns whether all shards were heard */
  async function collect(unbrokenSince: number): Promise<boolean> {
    const collectedAt = performance.now();
    const outcomes = await Promise.allSettled(shards.map((shard) => shard.listen()));
    const heard = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const workers = heard.flatMap(({ signs }) => signs);
    if (heard.length > 0) {
      await options.service.recordHeartbeats(heard.flatMap(({ fresh }) => fresh));
      measure(workers);
    }
    // Of workers on a shard that is away nobody knows whether they live.
    const isWhole = sayOfShards(options.shards, 'heartbeats', outcomes, 'workers are heard', UNHEARD);
    collected = isWhole ? { collectedAt, unbrokenSince, workers } : null;
    return isWhole;
  }

  function measure(workers: readonly WorkerSign[]): void {
    const alive = workers.filter((worker) => worker.age_ms < WORKER_ALIVE_MS && !worker.stopped);
    const beats = alive.flatMap((worker) => shards.flatMap((shard) => shard.last(worker.worker_id) ?? []));
    metrics.set('workers_alive', alive.length);
    metrics.set('clock_skew_ms_max', Math.max(0, ...beats.map((beat) => Math.abs(beat.clock_skew_ms))));
    metrics.set(
      'outbox_depth',
      beats.reduce((sum, beat) => sum + beat.outbox_depth, 0),
    );
    metrics.set(
      'oldest_unacknowledged_ms_max',
      Math.max(0, ...beats.map((beat) => beat.oldest_unacknowledged_ms)),
    );
  }

  const loop = createSupervisedLoop({
    run: (signal) => whileLeading(options.leader, signal, work),
    onFailure: (error, restartInMs) => {
      metrics.add('part_restarts');
      options.health.report('heartbeats', 'degraded', messageOf(error), UNHEARD);
      options.logger.warn({ err: error, restartInMs }, 'Collecting heartbeats failed and is started again');
    },
    random: options.random,
  });
  return {
    ...loop,
    signs: () => collected,
    publishersOn: (shard) => shards[shard]?.publishers() ?? new Set(),
  };
}

/** What is heard on one shard, in whose clock ages are measured. */
function createShardEar({ redis, names }: Shard) {
  /** Also of workers whose field is gone: Redis may have lost it. */
  const heard = new Map<string, StoredHeartbeat>();

  async function listen(): Promise<{
    readonly fresh: readonly StoredHeartbeat[];
    readonly signs: readonly WorkerSign[];
  }> {
    const [[seconds, microseconds], fields] = await Promise.all([
      redis.time(),
      redis.hgetall(names.heartbeats),
    ]);
    const nowMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
    const fresh: StoredHeartbeat[] = [];
    for (const [workerId, text] of Object.entries(fields)) {
      const beat = readHeartbeat(workerId, text);
      if (beat !== null && beat.at_ms !== heard.get(workerId)?.at_ms) fresh.push(beat);
      if (beat !== null) heard.set(workerId, beat);
    }
    await forgetOld(nowMs, fields);
    return { fresh, signs: [...heard.values()].map((beat) => signOf(beat, nowMs)) };
  }

  async function forgetOld(nowMs: number, fields: Readonly<Record<string, string>>): Promise<void> {
    const old = [...heard.values()]
      .filter((beat) => nowMs - beat.at_ms > KEPT_MS)
      .map((beat) => beat.worker_id);
    const unreadable = Object.keys(fields).filter((workerId) => !heard.has(workerId));
    for (const workerId of old) heard.delete(workerId);
    const gone = [...old, ...unreadable];
    if (gone.length > 0) await redis.hdel(names.heartbeats, ...gone);
  }

  return {
    listen,
    forget: () => heard.clear(),
    last: (workerId: string) => heard.get(workerId),
    publishers: (): ReadonlySet<string> =>
      new Set(
        [...heard.values()].flatMap(({ publishers }) => publishers?.map((each) => each.publisher_id) ?? []),
      ),
  };
}

const signOf = (beat: StoredHeartbeat, nowMs: number): WorkerSign => ({
  worker_id: beat.worker_id,
  worker_container: beat.worker_container,
  age_ms: nowMs - beat.at_ms,
  stopped: beat.stopped ?? false,
  running: new Set(beat.running),
  oldest_unacknowledged_ms: beat.oldest_unacknowledged_ms,
});
