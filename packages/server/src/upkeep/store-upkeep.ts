import {
  createSupervisedLoop,
  type Database,
  migrate,
  pause,
  type TaskStatusService,
} from '@taskwire/listener';
import { createService, type Logger, messageOf, type Service, TaskwireError } from '@taskwire/protocol';
import { createPartWatch, type PartReport } from '../health/part-watch.ts';

export interface StoreUpkeepOptions {
  readonly database: Database;
  readonly service: Pick<TaskStatusService, 'maintain'>;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly random: () => number;
  /** The schema is up to date for the first time. */
  readonly onReady?: () => void;
}

export interface StoreUpkeep extends Service {
  health(): PartReport;
}

/** Parts of the history are made months ahead; this only has to be shorter than a day. */
const MAINTAIN_EVERY_MS = 6 * 3_600_000;

/**
 * Keeps the schema up to date and the history within its retention. `start()` tries once and returns also where the
 * database is away; then it tries on.
 * `start()` throws TaskwireError where waiting does not help: `schema_too_new`, `migration_failed`,
 * `database_unsuitable`.
 */
export function createStoreUpkeep(options: StoreUpkeepOptions): StoreUpkeep {
  const { database, service, logger } = options;
  const watch = createPartWatch('schema', options.clock);
  let isCurrent = false;

  async function bringUpToDate(): Promise<void> {
    if (isCurrent) return maintain();
    const { applied, version } = await migrate(database);
    await maintain();
    isCurrent = true;
    logger.info({ applied, version }, 'schema is up to date');
    options.onReady?.();
  }
  const maintain = async (): Promise<void> => {
    const putOff = await service.maintain();
    if (putOff === null) watch.ok('the tables are as they should be');
    else watch.report('degraded', putOff, 'old history is dropped later');
  };
  const report = (error: unknown): void => {
    const meaning = isCurrent ? 'old history is dropped later' : 'nothing can be written or read yet';
    watch.report(isCurrent ? 'degraded' : 'down', messageOf(error), meaning);
  };
  const loop = createSupervisedLoop({
    random: options.random,
    run: async (signal) => {
      while (!signal.aborted) {
        await bringUpToDate();
        await pause(MAINTAIN_EVERY_MS, signal);
      }
    },
    onFailure: (error) => report(error),
  });
  const lifecycle = createService({
    onStart: async () => {
      try {
        await bringUpToDate();
      } catch (error) {
        if (error instanceof TaskwireError && !error.retryable) throw error;
        report(error);
        logger.warn({ problem: messageOf(error) }, 'database is not there yet');
      }
      await loop.start();
    },
    onStop: loop.stop,
  });
  return { ...lifecycle, health: watch.read };
}
