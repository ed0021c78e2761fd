import path from 'node:path';
import { createTaskStatusNotifier, type EventInput } from '@taskwire/notifier';
import { messageOf, readSettings, redisNames, shown, TASK_STATUSES, TaskwireError } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { createLogger } from '../process/logger.ts';

/** `taskwire publish`: one event through an outbox, as any worker sends it. */
export async function publish({ env, positionals, options }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const event = eventOf(positionals, options);
  const timeoutMs = numberOf('timeout-ms', options['timeout-ms'] ?? '5000');
  const notifier = createTaskStatusNotifier({
    redisUrl: settings.redisUrl,
    names: redisNames(settings),
    workerContainer: settings.workerContainer,
    outboxPath: settings.outboxPath ?? path.resolve(settings.dataDir, 'outbox-publish.sqlite'),
    outboxBytesMax: settings.outboxBytesMax,
    eventBytesMax: settings.eventBytesMax,
    // What is worth knowing is said below; the rest would drown it.
    logger: createLogger({ logLevel: settings.logLevel === 'debug' ? 'debug' : 'silent' }, 'publish'),
  });
  await notifier.start();
  try {
    const outcome = notifier.publish(event);
    if (!outcome.accepted) throw outcome.error;
    if (!settings.notificationsEnabled)
      throw new TaskwireError('stopped', 'ENABLE_STATUS_NOTIFICATIONS is false');
    if (await notifier.flush({ timeoutMs })) {
      process.stdout.write(`${outcome.event_id} is in the database\n`);
      return 0;
    }
    throw new TaskwireError(
      'redis_unavailable',
      `${outcome.event_id} is in the outbox, and the database has not acknowledged it within ${timeoutMs} ms; the next taskwire publish goes on with it`,
    );
  } finally {
    await notifier.stop();
  }
}

function eventOf(positionals: readonly string[], options: CommandInput['options']): EventInput {
  const [task_request_id, given, ...more] = positionals;
  if (task_request_id === undefined || given === undefined || more.length > 0) {
    throw new TaskwireError('event_invalid', 'expected <task_request_id> <status>');
  }
  const status = TASK_STATUSES.find((known) => known === given);
  if (status === undefined) {
    throw new TaskwireError(
      'event_invalid',
      `status: expected one of ${TASK_STATUSES.join(', ')}, got ${shown(given)}`,
    );
  }
  const { attempt, progress } = options;
  const taskName = options['task-name'];
  return {
    task_request_id,
    status,
    data: dataOf(options.data),
    ...(typeof taskName === 'string' ? { task_name: taskName } : {}),
    ...(attempt === undefined ? {} : { attempt: numberOf('attempt', attempt) }),
    ...(progress === undefined ? {} : { progress: numberOf('progress', progress) }),
  };
}

function dataOf(given: string | boolean | undefined): Record<string, unknown> {
  if (typeof given !== 'string') return {};
  try {
    const data: unknown = JSON.parse(given);
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return data as Record<string, unknown>;
  } catch (error) {
    throw new TaskwireError('event_invalid', `--data: expected a JSON object: ${messageOf(error)}`);
  }
  throw new TaskwireError('event_invalid', `--data: expected a JSON object, got ${shown(given)}`);
}

function numberOf(name: string, given: string | boolean): number {
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN;
  if (Number.isFinite(number) && number >= 0) return number;
  throw new TaskwireError('event_invalid', `--${name}: expected a number from 0, got ${shown(given)}`);
}
