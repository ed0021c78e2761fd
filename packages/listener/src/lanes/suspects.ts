import type { Redis } from 'ioredis';
import { letterOf } from '../intake/decode-deliveries.ts';
import type { Delivery, Receipt } from '../intake/delivery.ts';
import type { IntakeContext, SettleDeliveries } from '../intake/intake-context.ts';
import { carryThrough, takeIn } from '../intake/take-in.ts';
import { redisFailure } from '../redis/redis-error.ts';

/** From this delivery on the events of an entry are suspects: something keeps their batches from coming to an end. */
export const SUSPECT_FROM_DELIVERY = 3;

/**
 * Most suspects are innocent: their listeners were killed by somebody else. They are tried in groups that are large
 * enough to get through thousands in a second, and so small that few are left when a listener does die of one.
 */
const GROUP_MAX = 64;

/**
 * So many listeners may end while they try an event: one with its group, two with it alone. A listener that is merely
 * killed is hardly killed twice in the milliseconds in which it tries the same event.
 */
const UNFINISHED_TRIES_MAX = 3;

/** Where each of many takes long, the others are left for the next claim, so that this one comes to an end. */
const RUN_MS_MAX = 10_000;

/** The marks of events that nobody will ever see again go by themselves. */
const MARK_SECONDS = 24 * 3_600;

export interface SuspectsOptions {
  readonly redis: Redis;
  /** The hash that the marks are in. */
  readonly key: string;
  readonly settle: SettleDeliveries;
  readonly intake: IntakeContext;
}

/**
 * Applies events that were delivered often and never settled. Each is marked in Redis for as long as it is tried, so
 * that the listener that comes after one that died of it knows: an event with a mark is tried alone, and one with too
 * many becomes a dead letter without being looked at.
 */
export async function takeInSuspects(
  deliveries: readonly Delivery[],
  options: SuspectsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { redis, key, intake } = options;
  const names = markNames(deliveries);
  const marks = await redis.hmget(key, ...names.values());
  const end = performance.now() + RUN_MS_MAX;
  const isOver = (): boolean => signal.aborted || performance.now() > end;
  for (const suspected of groupsOf(deliveries, marks.map(Number))) {
    if (isOver()) return;
    // Were two lanes at it, the death of one would be held against what the other one tries.
    await intake.trials.run(async () => {
      if (!isOver()) await tryGroup(suspected, names, options, signal);
    });
  }
}

async function tryGroup(
  { group, tries }: Group,
  names: ReadonlyMap<Delivery, string>,
  { redis, key, settle, intake }: SuspectsOptions,
  signal: AbortSignal,
): Promise<void> {
  const marked = group.map((delivery) => names.get(delivery) as string);
  await mark(redis, key, marked);
  if (tries >= UNFINISHED_TRIES_MAX) {
    const detail = `${tries} listeners ended while they tried to apply it`;
    const letters = group.map((delivery) => ({
      ...letterOf(delivery, 'kills_the_listener', detail, null),
      ...intake.signatures?.accountedAs(delivery),
    }));
    await carryThrough({ events: [], deadLetters: letters }, settle, intake, signal);
  } else {
    await takeIn(group, settle, intake, signal);
  }
  // It would be tried anew while its entry waits for others.
  const staysMarked = tries >= UNFINISHED_TRIES_MAX && !group.every(({ receipt }) => receipt.isSettled);
  if (!staysMarked) await redis.hdel(key, ...marked);
}

interface Group {
  readonly group: readonly Delivery[];
  /** How many listeners began to try these and never came to an end. */
  readonly tries: number;
}

/** Pure: those without a mark together, in groups; each of the others alone, the least suspicious first. */
export function groupsOf(deliveries: readonly Delivery[], marks: readonly number[]): readonly Group[] {
  const unmarked = deliveries.filter((_, index) => (marks[index] ?? 0) === 0);
  const groups: Group[] = [];
  for (let i = 0; i < unmarked.length; i += GROUP_MAX) {
    groups.push({ group: unmarked.slice(i, i + GROUP_MAX), tries: 0 });
  }
  const alone = deliveries.flatMap((delivery, index) => {
    const tries = marks[index] ?? 0;
    return tries === 0 ? [] : [{ group: [delivery], tries }];
  });
  return [...groups, ...alone.sort((a, b) => a.tries - b.tries)];
}

/** An event has a mark of its own, by its place in the entry: of those that came together one may be what kills. */
function markNames(deliveries: readonly Delivery[]): ReadonlyMap<Delivery, string> {
  const seen = new Map<Receipt, number>();
  const names = new Map<Delivery, string>();
  for (const delivery of deliveries) {
    const place = seen.get(delivery.receipt) ?? 0;
    seen.set(delivery.receipt, place + 1);
    names.set(delivery, place === 0 ? delivery.receipt.id : `${delivery.receipt.id}/${place}`);
  }
  return names;
}

async function mark(redis: Redis, key: string, names: readonly string[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.hincrby(key, name, 1);
  pipeline.expire(key, MARK_SECONDS);
  for (const [error] of (await pipeline.exec()) ?? []) {
    // A Redis that takes no marks is no reason to keep the entries waiting.
    if (error !== null && redisFailure(error) !== 'refuses_writes') throw error;
  }
}
