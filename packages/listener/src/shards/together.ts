import { type RedisNames, shardOf } from '@taskwire/protocol';
import type { AckWriter } from '../acks/ack-writer.ts';
import type { LaneGauges } from '../gauges/lane-gauges.ts';
import type { DrainedLane } from '../lanes/drained-lane.ts';

/** Tells each publisher on the shard that it belongs to: for events that came by no shard. */
export function acknowledgeAtHome(acks: readonly AckWriter[], names: RedisNames): AckWriter['acknowledge'] {
  return (publishers) => {
    const ofShard = Map.groupBy(publishers, ({ publisher_id }) => shardOf(publisher_id, names));
    for (const [shard, own] of ofShard) acks[shard]?.acknowledge(own);
  };
}

/** A copy may be of an event of any shard that works. */
export const drainedTogether = (lanes: readonly DrainedLane[]): DrainedLane => ({
  drainedUntil: async () => Math.min(...(await Promise.all(lanes.map((lane) => lane.drainedUntil())))),
});

/** Of the oldest entry of all; null where that of one shard is not known. */
export function oldestOfAll(gauges: readonly LaneGauges[]): number | null {
  const ages = gauges.map((gauge) => gauge.streamOldestMs());
  return ages.includes(null) ? null : Math.max(...ages.map(Number));
}
