import {
  type Announce,
  type CommitFeed,
  createCommitFeed,
  createSupervisedLoop,
  type Database,
  pause,
} from '@taskwire/listener';
import {
  type CurrentTaskState,
  createService,
  type Logger,
  type RedisNames,
  type RedisNodes,
  type Service,
  silentLogger,
  TaskwireError,
} from '@taskwire/protocol';
import { createArrivals } from './arrivals.ts';
import { createAudience } from './audience.ts';
import { createBell } from './bell.ts';
import { createChangeHints } from './change-hints.ts';
import { hasSeen } from './commit-snapshot.ts';
import { PING, resetText } from './event-text.ts';
import { createLatestStates } from './latest-states.ts';
import { encodeLiveCursor, goesOn, type LivePlace } from './live-cursor.ts';
import { createPacer } from './pacer.ts';
import type { Reader } from './reader.ts';

export interface LiveUpdatesOptions {
  readonly database: Pick<Database, 'query'>;
  readonly redisUrl: string;
  /** As TASKWIRE_REDIS_CA_FILE. */
  readonly redisCaFile?: string | undefined;
  readonly redisNodes?: RedisNodes | undefined;
  readonly names: Pick<RedisNames, 'changes'>;
  /** Under which name the listener of this process announces its commits; null where there is none. */
  readonly consumer: string | null;
  readonly logger?: Logger;
  readonly random?: () => number;
}

/** Tells readers what changes, after COMMIT, on any replica. */
export interface LiveUpdates extends Service {
  /** To be told of the commits of this process: its listener's, and what its API writes. */
  readonly announce: Announce;
  /**
   * From now on this reader is told what it asked for, after what it missed.
   * @throws TaskwireError `stopped`; `too_many_readers`
   */
  join(reader: Reader): void;
  /** How many readers there are. */
  readers(): number;
  /** Ends all answers; readers come back by themselves, here or elsewhere. */
  dismiss(): void;
}

/** How often the database is asked what was committed, while announcements come and while some are missed. */
const LOOK_INTERVAL_MS = { trusting: 1_000, wary: 250 };

/** An announcement may be on its way when its commit is seen already. */
const ANNOUNCEMENT_MS_MAX = 100;

/** In one look. Beyond both it is cheaper for readers to load what they show. */
const COMMITS_MAX = 10_000;
const STATES_MAX = 5_000;

/** Connections that come to nothing are noticed by it, and proxies do not take silence for an end. */
const PING_INTERVAL_MS = 15_000;

const READERS_MAX = 5_000;

/**
 * Announcements (of this process, and over Redis) are what makes it fast; the database is what makes it whole. While
 * there are readers, this process asks the database regularly which transactions were committed since its last
 * snapshot, and reads those that no announcement came of. Only then the place of the readers moves to the new snapshot:
 * a reader that comes back, to any replica, gets what its snapshot had not seen.
 */
export function createLiveUpdates(options: LiveUpdatesOptions): LiveUpdates {
  const logger = options.logger ?? silentLogger;
  const random = options.random ?? Math.random;
  const feed: CommitFeed = createCommitFeed(options.database);
  const audience = createAudience();
  const arrivals = createArrivals();
  const latest = createLatestStates();
  const bell = createBell();
  const hints = createChangeHints({ ...options, hear, logger, random });
  const pacer = createPacer(flush);
  /** Commits that were announced and that `place` has not seen. */
  const heard = new Set<number>();
  /** Where the audience is: it has been told all that this snapshot has seen. */
  let place: LivePlace | null = null;
  let mustReset = false;
  let isWary = false;
  let isRunning = false;

  function hear({ changes }: { readonly changes: Parameters<Announce>[0]['changes'] }): void {
    if (audience.size + arrivals.size === 0) return;
    for (const change of changes) {
      heard.add(change.transaction);
      addState(change);
    }
    if (latest.size > 0) pacer.soon();
  }

  function addState(state: CurrentTaskState): void {
    if (mustReset) return;
    latest.add(state);
    if (latest.size > STATES_MAX) tooMuch();
  }

  /** Whoever shows something loads it anew, at the next look. */
  function tooMuch(): void {
    mustReset = true;
    latest.drop();
  }

  async function flush(): Promise<number> {
    if (place === null || mustReset) return 0;
    const states = latest.take();
    arrivals.meanwhile(states);
    return audience.tell(states, encodeLiveCursor(place));
  }

  /** Brings the audience to where the database is now. */
  async function look(signal: AbortSignal): Promise<void> {
    const since = await feed.since(place?.snapshot ?? null, COMMITS_MAX);
    const next: LivePlace = { feed: since.feed, snapshot: since.snapshot };
    if (place === null) heard.clear();
    else if (!goesOn(place, since)) forget();
    else await hearOfAll(since.commits, signal);
    await pacer.now();
    if (mustReset) await resetAll();
    place = next;
    for (const transaction of heard) if (hasSeen(next.snapshot, transaction)) heard.delete(transaction);
    audience.movePlaces(encodeLiveCursor(next));
  }

  async function hearOfAll(
    commits: readonly { readonly transaction: number; readonly isLarge: boolean }[],
    signal: AbortSignal,
  ): Promise<void> {
    const unheard = () => commits.filter(({ transaction }) => !heard.has(transaction));
    if (hints.isHearing() && unheard().length > 0) await pause(ANNOUNCEMENT_MS_MAX, signal);
    const missed = unheard();
    isWary = missed.length > 0 || !hints.isHearing();
    if (missed.length === 0) return;
    const states = await statesChangedBy(commits.length >= COMMITS_MAX ? null : missed);
    if (states === null) tooMuch();
    else for (const state of states) addState(state);
  }

  async function statesChangedBy(
    commits: readonly { readonly transaction: number; readonly isLarge: boolean }[] | null,
  ): Promise<readonly CurrentTaskState[] | null> {
    if (commits === null || commits.some(({ isLarge }) => isLarge)) return null;
    if (commits.length === 0) return [];
    const transactions = commits.map(({ transaction }) => transaction);
    const states = await feed.changedBy(transactions, STATES_MAX + 1);
    return states.length > STATES_MAX ? null : states;
  }

  /** Another database, or one that went back in time, or one that was out of sight for too long. */
  function forget(): void {
    heard.clear();
    latest.forget();
    tooMuch();
  }

  async function resetAll(): Promise<void> {
    if (place === null) return;
    const cursor = encodeLiveCursor(place);
    arrivals.resetMeanwhile();
    mustReset = false;
    await audience.say(resetText(cursor), cursor);
  }

  /** Lets in who waits. All that is read here is read after they came, so that nothing falls in between. */
  async function letIn(): Promise<void> {
    const waiting = arrivals.waiting();
    if (waiting.length === 0 || place === null) return;
    const single = waiting.flatMap(({ filter }) => filter.task_request_id ?? []);
    const states = single.length === 0 ? [] : await feed.statesOf([...new Set(single)]);
    const stateOf = new Map(states.map((state) => [state.task_request_id, state]));
    for (const readers of Map.groupBy(waiting, ({ from }) => JSON.stringify(from)).values()) {
      const from = readers[0]?.from ?? null;
      const needsRead = readers.some(({ filter }) => filter.task_request_id === undefined);
      const missed = needsRead ? await missedSince(from) : [];
      for (const reader of readers) {
        const id = reader.filter.task_request_id;
        const state = id === undefined ? undefined : stateOf.get(id);
        enter(reader, id === undefined ? missed : state === undefined ? [] : [state]);
      }
    }
  }

  async function missedSince(from: Reader['from']): Promise<readonly CurrentTaskState[] | null> {
    if (from === null) return [];
    if (from === 'unknown') return null;
    const since = await feed.since(from.snapshot, COMMITS_MAX);
    const isWhole = goesOn(from, since) && since.commits.length < COMMITS_MAX;
    return statesChangedBy(isWhole ? since.commits : null);
  }

  function enter(reader: Reader, missed: readonly CurrentTaskState[] | null): void {
    if (place === null || reader.body.destroyed) return;
    const cursor = encodeLiveCursor(place);
    const text = arrivals.letIn(reader, missed, cursor);
    audience.add(reader);
    reader.told = { cursor, at: performance.now() };
    reader.send(text);
  }

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (audience.size + arrivals.size === 0) {
        hints.silence();
        heard.clear();
        latest.forget();
        place = null;
        await bell.wait(Number.POSITIVE_INFINITY, signal);
        continue;
      }
      hints.listen();
      await look(signal);
      await letIn();
      await bell.wait(isWary ? LOOK_INTERVAL_MS.wary : LOOK_INTERVAL_MS.trusting, signal);
    }
  }

  const loop = createSupervisedLoop({
    run: follow,
    onFailure: (error, restartInMs) =>
      logger.warn({ err: error, restartInMs }, 'Live updates wait for the database'),
    random,
  });
  let pinging: NodeJS.Timeout | undefined;

  const dismiss = (): void => {
    for (const reader of [...audience.readers(), ...arrivals.readers()]) reader.end();
  };
  const lifecycle = createService({
    onStart: async () => {
      isRunning = true;
      await loop.start();
      pinging = setInterval(() => {
        for (const reader of [...audience.readers(), ...arrivals.readers()]) reader.send(PING);
      }, PING_INTERVAL_MS);
    },
    onStop: async () => {
      isRunning = false;
      clearInterval(pinging);
      dismiss();
      await loop.stop();
      await pacer.stop();
      hints.silence();
    },
  });

  return {
    ...lifecycle,
    announce: hear,
    readers: () => audience.size + arrivals.size,
    dismiss,
    join: (reader) => {
      if (!isRunning) throw new TaskwireError('stopped', 'This process stops; connect to another');
      if (audience.size + arrivals.size >= READERS_MAX) {
        throw new TaskwireError(
          'too_many_readers',
          `There are ${READERS_MAX} readers already; try again later`,
        );
      }
      arrivals.add(reader);
      reader.body.once('close', () => {
        arrivals.remove(reader);
        audience.remove(reader);
      });
      bell.ring();
    },
  };
}
