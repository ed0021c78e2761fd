import { join } from 'node:path';
import { createTaskStatusNotifier, readSigningKey } from '@taskwire/notifier';
import {
  createSecretParams,
  messageOf,
  readSettings,
  redisNames,
  redisNodes,
  taskQueueName,
} from '@taskwire/protocol';
import { pino } from 'pino';
import { readKeyring } from './certificate/keyring.ts';
import { createSystemTrustStore } from './certificate/trust-store.ts';
import { parseAllowList } from './network/allow-list.ts';
import { createOutboundNetwork, systemResolver } from './network/outbound-network.ts';
import { createTaskWorker } from './task-worker.ts';
import { TASKS } from './tasks/index.ts';

/**
 * The worker container. Everything is built here, started in the order written and stopped in reverse: the notifier
 * runs before the first task and until the last one has said how it ended.
 */

/** For the notifier's last acknowledgements; with the worker's own stop this stays below 5 s. */
const NOTIFIER_STOP_TIMEOUT_MS = 1_500;
/** An orchestrator kills after 10 s at best; by then we want to have gone by ourselves. */
const STOP_DEADLINE_MS = 4_700;

function build(env: Readonly<Record<string, string | undefined>>) {
  const settings = readSettings(env);
  const logger = pino({ level: settings.logLevel, base: { worker_container: settings.workerContainer } });
  const services = {
    network: createOutboundNetwork({
      rules: parseAllowList(settings.networkAllow),
      resolver: systemResolver,
      logger,
    }),
    keyring: readKeyring(settings),
    systemTrust: createSystemTrustStore(),
    secrets: createSecretParams(settings.secretParams),
    now: Date.now,
  };
  const servers = {
    redisUrl: settings.redisUrl,
    redisCaFile: settings.redisCaFile,
    redisNodes: redisNodes(settings),
  };
  const notifier = createTaskStatusNotifier({
    ...servers,
    names: redisNames(settings),
    workerContainer: settings.workerContainer,
    outboxPath: settings.outboxPath ?? defaultOutboxPath(settings.dataDir, settings.workerContainer),
    enabled: settings.notificationsEnabled,
    logger,
    outboxBytesMax: settings.outboxBytesMax,
    outboxFsync: settings.outboxFsync,
    ackGraceMs: settings.ackGraceMs,
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    eventBytesMax: settings.eventBytesMax,
    signingKey: readSigningKey(settings),
    stopTimeoutMs: NOTIFIER_STOP_TIMEOUT_MS,
  });
  const worker = createTaskWorker({
    ...servers,
    queue: taskQueueName(settings),
    concurrency: settings.workerConcurrency,
    tasks: TASKS,
    services,
    notifier,
    logger,
  });
  return { logger, notifier, worker };
}

/** A container's name may hold what a file's may not. */
const defaultOutboxPath = (dataDir: string, workerContainer: string): string =>
  join(dataDir, `outbox-${workerContainer.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.sqlite`);

async function main(): Promise<void> {
  const { logger, notifier, worker } = build(process.env);
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'worker stops');
    setTimeout(() => {
      logger.error({}, 'worker could not stop in time; events stay in the outbox');
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
    await worker.stop();
    await notifier.stop();
    logger.info({}, 'worker has stopped');
    // A Redis that is away may leave a connection that is being made.
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await notifier.start();
  await worker.start();
}

main().catch((error: unknown) => {
  process.stderr.write(`taskwire worker: ${messageOf(error).replaceAll('\n', ' ')}\n`);
  process.exit(1);
});
