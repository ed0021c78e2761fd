import { createTaskStatusService, type Database } from '@taskwire/listener';
import { fastify } from 'fastify';
import type { LiveUpdates } from '../live/live-updates.ts';
import type { TaskDispatcher } from '../submission/task-dispatcher.ts';
import { taskwireServer } from '../taskwire-server.ts';

/** The OpenAPI document as a web process with all routes serves it, without one: for files, and for generators. */
export async function openApiDocument(): Promise<object> {
  const app = fastify();
  const database = nothing<Database>('database');
  await app.register(taskwireServer, {
    database,
    service: createTaskStatusService(database),
    dispatcher: nothing<TaskDispatcher>('dispatcher'),
    listener: null,
    live: nothing<LiveUpdates>('live updates'),
    dashboard: false,
  });
  await app.ready();
  // Never listens, so there is nothing to close.
  const answer = await app.inject('/openapi.json');
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json();
}

/** Routes are described without being asked anything: whatever they would use is not there. */
const nothing = <T extends object>(what: string): T =>
  new Proxy({} as T, {
    get: (_, member) => () => {
      throw new Error(`There is no ${what} to ${String(member)} here`);
    },
  });
