import { flushCompileCache } from 'node:module';
import type { Logger, Service } from '@taskwire/protocol';

/** Orchestrators kill after 10 s at best; the promise is less than 5. */
const STOP_MS_MAX = 4_700;

/**
 * Runs a service until SIGTERM or SIGINT. One that does not stop in time is left where it is: what it had in hand is
 * not lost, that is what the rest of taskwire is for.
 * @returns the exit code; throws what starting throws
 */
export async function runUntilTold(service: Service, logger: Logger): Promise<number> {
  const told = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const started = service.start();
  const signal = await Promise.race([told, started.then(keepCompiledCode).then(() => told)]);
  logger.info({ signal }, 'stops');
  setTimeout(() => {
    logger.error({}, 'could not stop in time');
    process.exit(1);
  }, STOP_MS_MAX).unref();
  await service.stop();
  logger.info({}, 'has stopped');
  return 0;
}

/** Where NODE_COMPILE_CACHE names a folder: Node itself would fill it at the end only, and whoever is killed has none. */
const keepCompiledCode = (): void => flushCompileCache();
