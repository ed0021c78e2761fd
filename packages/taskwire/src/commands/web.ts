import { createService, type Logger, readSettings, type Service, type Settings } from '@taskwire/protocol';
import { createTaskwireOf, createWebServer } from '@taskwire/server';
import { accessOf } from '../access/access-of.ts';
import type { CommandInput } from '../command-line/command.ts';
import { createLogger } from '../process/logger.ts';
import { sayReady } from '../process/ready-message.ts';
import { runUntilTold } from '../process/run-until-told.ts';

/** `taskwire web`: the web container. */
export async function web({ env }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const logger = createLogger(settings, 'web');
  return runUntilTold(await buildWebProcess(settings, logger), logger);
}

/**
 * taskwire as in any web application, with an HTTP server that does nothing else. That starts first, so that probes and
 * people get an answer from the first moment, if only that it is not ready; and stops first, so that nothing new comes in.
 */
async function buildWebProcess(settings: Settings, logger: Logger): Promise<Service> {
  accessOf(settings, Date.now);
  const taskwire = await createTaskwireOf(settings, { logger, onSchemaReady: () => sayReady(server.url()) });
  const server = createWebServer({
    host: settings.host,
    port: settings.port,
    logger,
    trustedProxies: settings.trustedProxies,
    routes: (app) => {
      app.register(taskwire.fastify);
    },
  });
  return createService({
    onStart: async () => {
      await server.start();
      logger.info({ url: server.url() }, 'web process listens');
      await taskwire.start();
    },
    onStop: async () => {
      await server.stop();
      await taskwire.stop();
    },
  });
}
