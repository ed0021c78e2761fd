export type { Failpoints } from './failpoints.ts';
export type { ListenerHealth, ListenerPart, PartHealth, PartState } from './health.ts';
export { type Announce, announceOverRedis } from './intake/announce.ts';
export { type DirectIntake, type TakenIn, takeInDirectly } from './intake/take-in-directly.ts';
export * from './listener-options.ts';
export type { Counter, Gauge, Histogram, ListenerMetrics } from './metrics.ts';
export { type ListenerSettings, optionsOfSettings } from './options-of-settings.ts';
export { askInTurn } from './reconciler/ask-in-turn.ts';
export {
  type CeleryResults,
  type CeleryResultsOptions,
  openCeleryResults,
} from './reconciler/celery/celery-results.ts';
export type { QueueAnswer, QueueBackend } from './reconciler/queue-backend.ts';
export {
  beginConnecting,
  createRedisConnection,
  endConnection,
  type RedisConnectionOptions,
  whenReady,
} from './redis/connection.ts';
export { type ConnectionPool, createConnectionPool } from './redis/connection-pool.ts';
export { readSignatureCheck } from './signatures/read-signature-check.ts';
export {
  createSignatureCheck,
  type SignatureCheck,
  type SignatureProblem,
  type SignatureRules,
} from './signatures/signature-check.ts';
export { type LatencyPercentiles, percentilesOf } from './stats/latency-histogram.ts';
export { createStatsFlusher, type StatsFlusherOptions } from './stats/stats-flusher.ts';
export { createTaskStats, type TaskStats } from './stats/task-stats.ts';
export * from './store/audit-log.ts';
export * from './store/batch.ts';
export * from './store/commit-feed.ts';
export type { Database, DatabaseSession, Queryable, Statement } from './store/database.ts';
export * from './store/dead-letter-repository.ts';
export { type DirectoryLock, lockDirectory } from './store/directory-lock.ts';
export {
  DEAD_LETTER_STATES,
  type DeadLetterFilter,
  type DeadLetterState,
} from './store/list-dead-letters.ts';
export {
  TASK_SORTS,
  type TaskFilter,
  type TaskPage,
  type TaskPlace,
  type TaskSort,
} from './store/list-tasks.ts';
export * from './store/migrate.ts';
export { openDatabase } from './store/open-database.ts';
export { inspectPartitions, type PartitionsDue } from './store/partitions.ts';
export { openPglite, type PgliteOptions } from './store/pglite.ts';
export { openPostgres, type PostgresOptions } from './store/postgres.ts';
export * from './store/publisher-repository.ts';
export type { FailedReplay, Replay } from './store/replay-dead-letters.ts';
export * from './store/silent-task-repository.ts';
export { databaseUnavailable } from './store/sql-state.ts';
export * from './store/stats-repository.ts';
export { STATS_WIDTHS_S, type StatsRow } from './store/stats-row.ts';
export * from './store/task-log-repository.ts';
export * from './store/task-request-repository.ts';
export * from './store/task-status-service.ts';
export * from './store/worker-repository.ts';
export { pause } from './supervision/pause.ts';
export { createSupervisedLoop, type SupervisedLoopOptions } from './supervision/supervised-loop.ts';
export * from './task-status-listener.ts';
export type { BatchTimes, CommitTracing, CommittedEvent } from './tracing/commit-tracing.ts';
export { openTracing, type Tracing } from './tracing/open-tracing.ts';
export type { TracingSettings } from './tracing/otlp-target.ts';
