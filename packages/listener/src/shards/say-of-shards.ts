import { messageOf } from '@taskwire/protocol';
import type { ListenerPart } from '../health.ts';
import type { Shard } from './shard.ts';

/**
 * Says of each shard whether a part of the listener could do its work there; the outcomes are in their order.
 * @returns whether it could everywhere
 * @throws why it could nowhere
 */
export function sayOfShards(
  shards: readonly Shard[],
  part: ListenerPart,
  outcomes: readonly PromiseSettledResult<unknown>[],
  detail: string,
  meaningOfFailure: string,
): boolean {
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failures[0] !== undefined && failures.length === shards.length) throw failures[0].reason;
  for (const [index, outcome] of outcomes.entries()) {
    const health = shards[index]?.health;
    if (outcome.status === 'fulfilled') health?.ok(part, detail);
    else health?.report(part, 'degraded', messageOf(outcome.reason), meaningOfFailure);
  }
  return failures.length === 0;
}
