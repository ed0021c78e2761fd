import { type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { whenOneIsReady } from '../redis/connection.ts';
import type { Shard } from '../shards/shard.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import type { AckRefresher } from './ack-refresher.ts';

/** Two looks this far apart tell a lost event from one that was overtaken, and a publisher waits no longer for an ack. */
const REFRESH_INTERVAL_MS = 5_000;

export interface AckRefreshLoopOptions {
  readonly shards: readonly Shard[];
  /** Made anew for each term: what an earlier leader saw may be long ago. */
  readonly createRefresher: () => AckRefresher;
  readonly leader: Leader;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/** The leader tells all publishers again and again; every replica does so once when it starts. */
export function createAckRefreshLoop(options: AckRefreshLoopOptions): Service {
  const connections = options.shards.map(({ redis }) => redis);
  let toldAtStart = false;

  async function work(signal: AbortSignal): Promise<void> {
    const refresher = options.createRefresher();
    while (!signal.aborted) {
      await whenOneIsReady(connections, signal);
      if (signal.aborted) return;
      await refresher.refresh();
      await pause(REFRESH_INTERVAL_MS, signal);
    }
  }
  return createSupervisedLoop({
    run: async (signal) => {
      if (!toldAtStart) {
        await whenOneIsReady(connections, signal);
        if (signal.aborted) return;
        await options.createRefresher().refresh();
        toldAtStart = true;
      }
      await whileLeading(options.leader, signal, work);
    },
    onFailure: (error, restartInMs) => {
      options.metrics.add('part_restarts');
      const meaning = 'publishers keep their events and send them again later; the database drops the copies';
      options.health.report('acks', 'degraded', messageOf(error), meaning);
      options.logger.warn({ err: error, restartInMs }, 'Telling publishers what the database holds failed');
    },
    random: options.random,
  });
}
