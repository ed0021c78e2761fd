import { type Logger, type PublisherAck, shardOf } from '@taskwire/protocol';
import type { MetricsRecorder } from '../metrics.ts';
import type { RedisScript } from '../redis/script.ts';
import { sayOfShards } from '../shards/say-of-shards.ts';
import type { Shard } from '../shards/shard.ts';
import type { PublisherProgress } from '../store/batch.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { compareHoles, type Holes, holesOf, size } from './lasting-holes.ts';
import { ackOf, countOf } from './publisher-ack.ts';

/** Publishers silent for longer than this are looked at once a term only. */
const RECENT_SECONDS = 24 * 3_600;
const EVER_SECONDS = 100 * 365 * 24 * 3_600;

/** An ack for a publisher that the database has never heard of is taken away after this. */
const UNKNOWN_KEPT_MS = 3_600_000;

export interface AckRefresherOptions {
  readonly shards: readonly Shard[];
  /** Publishers whose worker talks to this shard, whichever they belong to: it goes on with what another left. */
  readonly heardOn: (shard: number) => ReadonlySet<string>;
  readonly service: Pick<TaskStatusService, 'publisherProgress'>;
  readonly correctAcks: RedisScript;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
}

export interface AckRefresher {
  /**
   * Writes for every recent publisher what the database holds, also when that is less than it was: a database that was
   * restored has lost what the publishers still keep. A shard that is away is left out.
   * @throws of Redis where no shard is there, or of the database
   */
  refresh(): Promise<void>;
}

const TOLD = 'publishers are told what the database holds';
const UNTOLD = 'publishers keep their events and send them again later; the database drops the copies';

const nothingOf = (publisher_id: string): PublisherProgress => ({
  publisher_id,
  low_water: 0,
  highest: 0,
  missing: [],
  reused_sequences: 0,
});

/** Acks by level: whatever was lost, evicted or wrong in Redis is right after the next refresh. */
export function createAckRefresher(options: AckRefresherOptions): AckRefresher {
  const { metrics } = options;
  const ofShards = options.shards.map((shard, index) => createShardRefresher(shard, index, options));
  let holes: Holes = new Map();
  let lasting: Holes = new Map();

  async function refresh(): Promise<void> {
    // Redis first, the database second: an ack that was written before the database was asked is of an earlier commit.
    // If the database now holds less than that, it has gone back.
    const told = await Promise.allSettled(ofShards.map((shard) => shard.read()));
    const recent = await options.service.publisherProgress(RECENT_SECONDS);
    const corrections = await Promise.allSettled(
      told.map(async (read, index) => {
        if (read.status === 'rejected') throw read.reason;
        await ofShards[index]?.correct(read.value, recent);
      }),
    );
    sayOfShards(options.shards, 'acks', corrections, TOLD, UNTOLD);
    observeHoles(recent);
  }

  function observeHoles(publishers: readonly PublisherProgress[]): void {
    const now = holesOf(publishers);
    const change = compareHoles(holes, lasting, now);
    holes = now;
    lasting = change.lasting;
    metrics.add('events_lost', change.lost);
    metrics.add('events_recovered', change.recovered);
    metrics.set(
      'open_holes',
      [...lasting.values()].reduce((sum, ranges) => sum + size(ranges), 0),
    );
    metrics.set('publishers_with_holes', lasting.size);
    if (change.lost > 0) {
      options.logger.warn(
        { lost: change.lost },
        'Events were lost on the way; their publishers are asked to send them again',
      );
    }
    if (change.recovered > 0)
      options.logger.info({ recovered: change.recovered }, 'Lost events have been recovered');
  }
  return { refresh };
}

type ToldAcks = Readonly<Record<string, string>>;

function createShardRefresher({ redis, names }: Shard, index: number, options: AckRefresherOptions) {
  /** Long silent publishers that are told what the database holds, and what that was. */
  const compared = new Map<string, string>();
  const unknownSince = new Map<string, number>();

  async function correct(told: ToldAcks, everybody: readonly PublisherProgress[]): Promise<void> {
    const heard = options.heardOn(index);
    // Those that belong here, and those that are told here, since their events come from here.
    const isHere = ({ publisher_id: id }: PublisherProgress): boolean =>
      shardOf(id, names) === index || told[id] !== undefined || heard.has(id);
    const recent = names.shards === undefined ? everybody : everybody.filter(isHere);
    const known = new Set(recent.map(({ publisher_id }) => publisher_id));
    for (const id of known) unknownSince.delete(id);
    const silent = Object.keys(told).filter((id) => !known.has(id) && compared.get(id) !== told[id]);
    const held = silent.length === 0 ? recent : [...recent, ...(await askForSilent(silent, told))];

    const parameters = held.flatMap((progress) => {
      const before = told[progress.publisher_id] ?? '';
      const ack = ackOf(progress);
      const json = JSON.stringify(ack);
      if (json === before) return [];
      if (countOf(progress) < countOfText(before)) alarm(progress, before);
      return [progress.publisher_id, before, json];
    });
    if (parameters.length > 0) await options.correctAcks.run(redis, [names.acks], parameters);
    await forgetUnknown();
  }

  async function askForSilent(
    silent: readonly string[],
    told: ToldAcks,
  ): Promise<readonly PublisherProgress[]> {
    const ever = new Map(
      (await options.service.publisherProgress(EVER_SECONDS)).map((item) => [item.publisher_id, item]),
    );
    // A collector takes the ack away before the record: where both are gone, nothing went back.
    const unknown = silent.filter((id) => !ever.has(id));
    const acks = unknown.length === 0 ? [] : await redis.hmget(names.acks, ...unknown);
    const collected = new Set(unknown.filter((_, at) => acks[at] === null));
    return silent
      .filter((id) => !collected.has(id))
      .map((id) => {
        const progress = ever.get(id);
        if (progress === undefined && !unknownSince.has(id)) unknownSince.set(id, performance.now());
        const held = progress ?? nothingOf(id);
        // Only then: the ack of an earlier commit may come in between, and a correction gives way to it.
        const text = JSON.stringify(ackOf(held));
        if (told[id] === text) compared.set(id, text);
        return held;
      });
  }

  async function forgetUnknown(): Promise<void> {
    for (const [id, since] of unknownSince) {
      if (performance.now() - since < UNKNOWN_KEPT_MS) continue;
      unknownSince.delete(id);
      compared.delete(id);
      await redis.hdel(names.acks, id);
    }
  }

  function alarm(progress: PublisherProgress, before: string): void {
    options.metrics.add('acks_gone_back');
    options.logger.error(
      { publisher_id: progress.publisher_id, acknowledged: before, held: ackOf(progress) },
      'The database holds less of a publisher than it had acknowledged (restored, or failed over without its last commits); the publisher is asked to send it again',
    );
  }
  return { read: (): Promise<ToldAcks> => redis.hgetall(names.acks), correct };
}

function countOfText(ack: string): number {
  if (ack === '') return -1;
  try {
    return countOf(JSON.parse(ack) as PublisherAck);
  } catch {
    return -1;
  }
}
