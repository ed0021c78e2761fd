import type { Logger, RedisNames, RedisNodes } from '@taskwire/protocol';
import type { Failpoints } from './failpoints.ts';
import type { Announce } from './intake/announce.ts';
import type { QueueBackend } from './reconciler/queue-backend.ts';
import type { SignatureCheck } from './signatures/signature-check.ts';
import type { TaskStats } from './stats/task-stats.ts';
import type { Database } from './store/database.ts';
import type { SilentTaskRepository } from './store/silent-task-repository.ts';
import type { TaskStatusService } from './store/task-status-service.ts';
import type { CommitTracing } from './tracing/commit-tracing.ts';

export interface TaskStatusListenerOptions {
  readonly redisUrl: string;
  /** As TASKWIRE_REDIS_CA_FILE. */
  readonly redisCaFile?: string | undefined;
  /** As `redisNodes(settings)` says; unset: the one server that `redisUrl` names. */
  readonly redisNodes?: RedisNodes | undefined;
  readonly names: RedisNames;
  /** Where the leader is elected; the database of `service`. */
  readonly database: Pick<Database, 'kind' | 'session'>;
  readonly service: Pick<
    TaskStatusService,
    | 'apply'
    | 'applyEncoded'
    | 'encode'
    | 'earliestMs'
    | 'databaseNowMs'
    | 'publisherProgress'
    | 'recordHeartbeats'
    | 'recordStats'
    | 'collect'
    | 'trimCommits'
    | 'oldPublishers'
    | 'forgetPublishers'
  >;
  /** Unset: nothing is reconciled. */
  readonly reconciler?: ReconcilerWish;
  /** The name of this replica, unique among those that run. Default: random, so that no two can be confused. */
  readonly consumer?: string;
  /** Which lanes this replica serves; all by default. */
  readonly lanes?: { readonly stream?: boolean; readonly list?: boolean; readonly channel?: boolean };
  /** The most events in one transaction. Default 1,000. */
  readonly batchEventsMax?: number;
  /** The most bytes of events in one transaction. Default 4 MiB. */
  readonly batchBytesMax?: number;
  /** How long an entry may stay with a silent listener before another takes it over. Default 5,000. */
  readonly claimIdleMs?: number;
  /** How long the channel lane waits for the others before it applies its copy. Default 300. */
  readonly channelHoldMs?: number;
  /** The largest event. Default 1 MiB. */
  readonly eventBytesMax?: number;
  /** Who is believed. Default: signatures are not looked at. */
  readonly signatures?: SignatureCheck;
  /** Told of every commit of this replica, besides the announcement over Redis; for live updates in this process. */
  readonly announce?: Announce;
  /** Where what is committed is counted by time; given where others count there too. Default: one of its own. */
  readonly stats?: TaskStats;
  /** Told of what is committed, such as that of `openTracing`; its owner stops it after the listener. Default: nobody. */
  readonly tracing?: CommitTracing;
  readonly logger?: Logger;
  /** ms since 1970. */
  readonly clock?: () => number;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
  /** For tests of faults only. */
  readonly failpoints?: Failpoints;
}

export interface ReconcilerWish {
  readonly silentTasks: SilentTaskRepository;
  /** Unset: the queue knows nothing. */
  readonly queueBackend?: QueueBackend;
  /** How long a silent worker is waited for before its tasks fail as WorkerLost. Default 60,000. */
  readonly graceMs?: number;
  /** How long a task may be silent whose worker sends no heartbeats. Default 24 hours. */
  readonly silenceMs?: number;
}
