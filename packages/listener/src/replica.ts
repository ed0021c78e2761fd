import { type Service, silentLogger } from '@taskwire/protocol';
import { createAckRefreshLoop } from './acks/ack-refresh-loop.ts';
import { createAckRefresher } from './acks/ack-refresher.ts';
import { createAckWriter } from './acks/ack-writer.ts';
import { createClockWatch } from './clock/clock-watch.ts';
import { createCollector } from './collector/collector.ts';
import { createCommitTrimmer } from './collector/commit-trimmer.ts';
import { createLaneGauges } from './gauges/lane-gauges.ts';
import type { HealthBoard } from './health.ts';
import { createHeartbeatCollector } from './heartbeats/heartbeat-collector.ts';
import { type Announcer, announceOverRedis, announceWhereHeard } from './intake/announce.ts';
import type { IntakeContext } from './intake/intake-context.ts';
import { createSlots } from './intake/slots.ts';
import { createChannelLane } from './lanes/channel-lane.ts';
import { createListLane } from './lanes/list-lane.ts';
import { createStreamLane } from './lanes/stream-lane.ts';
import { createSwitchedOffLane } from './lanes/switched-off.ts';
import { createLeader } from './leader/leader.ts';
import type { TaskStatusListenerOptions } from './listener-options.ts';
import type { MetricsRecorder } from './metrics.ts';
import { createReconciler } from './reconciler/reconciler.ts';
import { createBlockingReader } from './redis/blocking-read.ts';
import { beginConnecting, createRedisConnection, endConnection } from './redis/connection.ts';
import { createConnectionPool } from './redis/connection-pool.ts';
import { loadScript } from './redis/script.ts';
import { withoutArguments } from './redis/without-arguments.ts';
import { createLeftBehindWatch } from './shards/left-behind-watch.ts';
import { makeShards, shareOfBytes } from './shards/make-shards.ts';
import { acknowledgeAtHome, drainedTogether, oldestOfAll } from './shards/together.ts';
import { createStatsFlusher } from './stats/stats-flusher.ts';
import type { TaskStats } from './stats/task-stats.ts';

/** Two transactions at once keep the database busy; more of them would wait for each other's rows. */
const COMMITS_MAX = 2;

/** How long a stop waits for Redis. The promise for the whole process is 5 s. */
const STOP_MS_MAX = 2_000;

const MIB = 1_048_576;

/** What outlives a stop and the next start. */
export interface Boards {
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly stats: TaskStats;
}

/** The parts of a running listener, wired together; started once and stopped once. */
export interface Replica {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the parts of the listener meet: nothing else knows all of them. Nothing runs before `start`. */
export function composeReplica(
  options: TaskStatusListenerOptions,
  consumer: string,
  boards: Boards,
): Replica {
  const { names, service, database } = options;
  const logger = withoutArguments(options.logger ?? silentLogger);
  const random = options.random ?? Math.random;
  const claimIdleMs = options.claimIdleMs ?? 5_000;
  const batch = {
    batchEventsMax: options.batchEventsMax ?? 1_000,
    batchBytesMax: options.batchBytesMax ?? 4 * MIB,
  };
  const { health, metrics, stats } = boards;
  const shared = { names, consumer, health, metrics, logger, random };

  const servers = { url: options.redisUrl, caFile: options.redisCaFile, nodes: options.redisNodes };
  const connect = (role: string, key: string) =>
    createRedisConnection({ ...servers, key, role: `${role}:${consumer}`, logger, random });
  const poolFor = (role: string) =>
    createConnectionPool({ ...servers, role: `${role}:${consumer}`, logger, random });
  const pool = poolFor('commands');
  const commands = pool.to(names.stream);
  const listCommands = pool.to(names.queue);
  const shards = makeShards(names, { health, metrics, pool });
  const listReader = connect('list', names.queue);
  const subscriber = connect('channel', names.stream);

  const clock = createClockWatch({ ...shared, service, clock: options.clock ?? Date.now });
  const advanceAcks = loadScript('advance_acks');
  const streams = shards.map((shard) => ({
    ...shard,
    reader: connect('stream', shard.names.stream),
    acks: createAckWriter({ ...shared, ...shard, advanceAcks }),
  }));
  const ackWriters = streams.map(({ acks }) => acks);
  const overRedis: Announcer =
    // A node of a cluster does not know who hears a message at the others.
    options.redisNodes?.kind === 'cluster'
      ? { announce: announceOverRedis(commands, names, logger), wantsChanges: () => true }
      : announceWhereHeard(commands, names, logger, () => channelLane.hearsChanges());
  const intake: IntakeContext = {
    service,
    slots: createSlots(COMMITS_MAX),
    trials: createSlots(1),
    health,
    metrics,
    logger,
    random,
    consumer,
    eventBytesMax: options.eventBytesMax ?? MIB,
    signatures: options.signatures ?? null,
    clock,
    failpoints: options.failpoints ?? {},
    tracing: options.tracing ?? null,
    acknowledge: acknowledgeAtHome(ackWriters, names),
    dropCopies: (eventIds) => channelLane.dropCopies(eventIds),
    announce: [overRedis.announce, ...(options.announce === undefined ? [] : [options.announce])],
    wantsChanges: (events) => options.announce !== undefined || overRedis.wantsChanges(events),
  };

  const streamScripts = {
    readOwnPending: loadScript('read_own_pending'),
    claimIdle: loadScript('claim_idle'),
    dropDeadConsumers: loadScript('drop_dead_consumers'),
    settleEntries: loadScript('settle_entries'),
    countUndelivered: loadScript('count_undelivered'),
  };
  const streamLanes =
    options.lanes?.stream === false
      ? [createSwitchedOffLane()]
      : streams.map(({ reader, acks, redis, ...shard }) =>
          createStreamLane({
            ...shared,
            ...shard,
            ...batch,
            batchBytesMax: shareOfBytes(batch.batchBytesMax, shards.length),
            reader,
            blocking: createBlockingReader(reader, redis),
            commands: redis,
            claimIdleMs,
            // Told where they came from: whoever goes on with the outbox of another listens where it sends.
            intake: { ...intake, acknowledge: acks.acknowledge },
            scripts: streamScripts,
          }),
        );
  const listLane =
    options.lanes?.list === false
      ? createSwitchedOffLane()
      : createListLane({
          ...shared,
          ...batch,
          reader: listReader,
          blocking: createBlockingReader(listReader, listCommands),
          commands: listCommands,
          claimIdleMs,
          intake,
          scripts: {
            takeFromQueue: loadScript('take_from_queue'),
            settleQueue: loadScript('settle_queue'),
            recoverQueue: loadScript('recover_queue'),
          },
        });
  const leader = createLeader({ ...shared, database });
  const channelLane = createChannelLane({
    ...shared,
    ...batch,
    subscriber,
    holdMs: options.channelHoldMs ?? 300,
    intake,
    durableLanes: { stream: drainedTogether(streamLanes), list: listLane },
    leader,
  });
  const laneGauges = loadScript('lane_gauges');
  const gauges = shards.map((shard, index) =>
    createLaneGauges({ ...shared, ...shard, listRedis: index === 0 ? listCommands : null, laneGauges }),
  );
  const heartbeats = createHeartbeatCollector({ ...shared, shards, service, leader });
  const statsFlusher = createStatsFlusher({ stats, service, logger, random });
  const collector = createCollector({ ...shared, shards, service, leader });
  const leftBehind = createLeftBehindWatch({
    ...shared,
    redis: commands,
    connections: () => poolFor('left-behind'),
    leader,
  });
  const commitTrimmer = createCommitTrimmer({ ...shared, service, leader });
  const correctAcks = loadScript('correct_acks');
  const ackRefresh = createAckRefreshLoop({
    ...shared,
    shards,
    leader,
    createRefresher: () =>
      createAckRefresher({ ...shared, shards, heardOn: heartbeats.publishersOn, service, correctAcks }),
  });
  const wish = options.reconciler;
  const reconciler =
    wish === undefined
      ? []
      : [
          createReconciler({
            ...shared,
            silentTasks: wish.silentTasks,
            queueBackend: wish.queueBackend ?? null,
            limits: { graceMs: wish.graceMs ?? 60_000, silenceMs: wish.silenceMs ?? 24 * 3_600_000 },
            signs: heartbeats.signs,
            streamOldestMs: () => oldestOfAll(gauges),
            intake,
            leader,
          }),
        ];

  // What others wait for starts first. Stopped in reverse: whatever takes events in stops before what settles them.
  const lanes: readonly Service[] = [
    ...streamLanes,
    listLane,
    ...(options.lanes?.channel === false ? [] : [channelLane]),
  ];
  const parts: readonly Service[] = [
    clock,
    statsFlusher,
    ...gauges,
    leader,
    ackRefresh,
    heartbeats,
    collector,
    commitTrimmer,
    leftBehind,
    ...reconciler,
    ...lanes,
  ];
  const connections = [...streams.map(({ reader }) => reader), listReader];

  return {
    start: async () => {
      pool.begin();
      for (const connection of connections) beginConnecting(connection);
      for (const part of parts) await part.start();
    },
    stop: async () => {
      const endConnections = (): void => {
        pool.end();
        [...connections, subscriber].forEach(endConnection);
      };
      // A Redis that answers nothing does not keep us; what it was not told is taken again by somebody.
      const patience = setTimeout(endConnections, STOP_MS_MAX);
      await Promise.all(lanes.map((lane) => lane.stop()));
      await Promise.all(parts.map((part) => part.stop()));
      await Promise.all(ackWriters.map((acks) => acks.flush()));
      clearTimeout(patience);
      endConnections();
    },
  };
}
