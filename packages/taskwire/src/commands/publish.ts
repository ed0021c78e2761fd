import path from 'node:path';
import { createTaskStatusNotifier, type EventInput, readSigningKey } from '@taskwire/notifier';
import {
  readSettings,
  redisNames,
  redisNodes,
  shown,
  TASK_STATUSES,
  TaskwireError,
} from '@taskwire/protocol';
import type { CommandInput, OptionValue } from '../command-line/command.ts';
import { isSet, objectOf } from '../command-line/read-options.ts';
import { createLogger } from '../process/logger.ts';
import { jsonText } from '../terminal/one-line.ts';

/** `taskwire publish`: one event through an outbox, as any worker sends it. */
export async function publish({ env, positionals, options, terminal }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const event = eventOf(positionals, options);
  const timeoutMs = numberOf('timeout-ms', options['timeout-ms'] ?? '5000');
  const notifier = createTaskStatusNotifier({
    redisUrl: settings.redisUrl,
    redisCaFile: settings.redisCaFile,
    redisNodes: redisNodes(settings),
    names: redisNames(settings),
    workerContainer: settings.workerContainer,
    outboxPath: settings.outboxPath ?? path.resolve(settings.dataDir, 'outbox-publish.sqlite'),
    outboxBytesMax: settings.outboxBytesMax,
    eventBytesMax: settings.eventBytesMax,
    signingKey: readSigningKey(settings),
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
      const { event_id } = outcome;
      terminal.line(isSet(options, 'json') ? jsonText({ event_id }) : `${event_id} is in the database`);
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
  const [task_request_id = '', given = ''] = positionals;
  const status = TASK_STATUSES.find((known) => known === given);
  if (status === undefined) {
    throw new TaskwireError(
      'request_invalid',
      `status: expected one of ${TASK_STATUSES.join(', ')}, got ${shown(given)}`,
    );
  }
  const { attempt, progress } = options;
  const taskName = options['task-name'];
  return {
    task_request_id,
    status,
    data: objectOf(options, 'data') ?? {},
    ...(typeof taskName === 'string' ? { task_name: taskName } : {}),
    ...(attempt === undefined ? {} : { attempt: numberOf('attempt', attempt) }),
    ...(progress === undefined ? {} : { progress: numberOf('progress', progress) }),
  };
}

function numberOf(name: string, given: OptionValue): number {
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN;
  if (Number.isFinite(number) && number >= 0) return number;
  throw new TaskwireError('request_invalid', `--${name}: expected a number from 0, got ${shown(given)}`);
}
