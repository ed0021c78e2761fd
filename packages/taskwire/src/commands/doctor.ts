import path from 'node:path';
import { readSettings, redisNames, redisNodes } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { isSet } from '../command-line/read-options.ts';
import { checkDatabase } from '../doctor/check-database.ts';
import { checkDelivery } from '../doctor/check-delivery.ts';
import { checkRedis } from '../doctor/check-redis.ts';
import { checkSettings } from '../doctor/check-settings.ts';
import { EXIT_OF_LEVEL, worstOf } from '../doctor/finding.ts';
import { reportText } from '../doctor/report.ts';
import { jsonText } from '../terminal/one-line.ts';
import { readUpAddress } from '../up/up-address.ts';

/** `taskwire doctor`: looks at everything that taskwire needs, changes nothing, and says what to do. */
export async function doctor({ env, options, terminal }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const running = readUpAddress(path.resolve(settings.dataDir));
  // The Redis of a running `taskwire up` is its own unless somebody names another.
  const redisUrl =
    (env.REDIS_URL ?? '') === '' ? (running?.redisUrl ?? settings.redisUrl) : settings.redisUrl;
  const [redis, database, delivery] = await Promise.all([
    checkRedis(
      { url: redisUrl, caFile: settings.redisCaFile, nodes: redisNodes(settings) },
      redisNames(settings),
    ),
    checkDatabase(settings),
    checkDelivery({ ...env, REDIS_URL: redisUrl }),
  ]);
  const findings = [...checkSettings(settings), ...redis, ...database, ...delivery];
  if (isSet(options, 'json')) for (const finding of findings) terminal.line(jsonText(finding));
  else terminal.line(reportText(terminal, findings));
  return EXIT_OF_LEVEL[worstOf(findings)];
}
