import { messageOf, TaskwireError } from '@taskwire/protocol';
import type { Readiness } from '@taskwire/server';
import type { ApiClient, Stats } from '../client/api-client.ts';
import { withApi } from '../client/open-api.ts';
import type { Environment } from '../command-line/command.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

/** What the API knows: of the web process where one runs, or else of the database. Never throws. */
export async function checkDelivery(env: Environment): Promise<readonly Finding[]> {
  try {
    return await withApi(env, async (api) => {
      const [stats, readiness, holes] = [await api.stats(), await api.readiness(), await longHoles(api)];
      return [
        ok('delivery.api', `${api.url} answers`),
        ...judgeHealth(readiness),
        ...judgeStats(stats, holes),
      ];
    });
  } catch (error) {
    // What is wrong with the database itself is said where that is looked at.
    if (error instanceof TaskwireError && /^database_/.test(error.code)) {
      return [note('delivery.api', messageOf(error), 'See what is said of the database.')];
    }
    const isNamed = (env.TASKWIRE_API_URL ?? '') !== '';
    const judge = isNamed ? problem : note;
    return [
      judge(
        'delivery.api',
        messageOf(error),
        'Start it, or set TASKWIRE_API_URL and TASKWIRE_TOKEN; without it nothing can be said of dead letters and holes.',
      ),
    ];
  }
}

/** What is missing for longer than it takes to send again is not on its way any more. */
const ON_ITS_WAY_MS = 60_000;
const LOOKED_AT_MAX = 1_000;

/** Containers whose events are missing for long. */
async function longHoles(api: ApiClient): Promise<readonly string[]> {
  const containers = new Set<string>();
  const nowMs = Date.now();
  for await (const publisher of api.publishers({ with_holes: true }, LOOKED_AT_MAX)) {
    if (nowMs - Date.parse(publisher.last_seen_at) < ON_ITS_WAY_MS) continue;
    containers.add(publisher.worker_container ?? publisher.publisher_id);
  }
  return [...containers];
}

export function judgeHealth({ parts }: Pick<Readiness, 'parts'>): readonly Finding[] {
  const ill = parts.filter(({ state }) => state !== 'ok');
  if (ill.length === 0) return [ok('delivery.health', `all ${parts.length} parts work`)];
  return ill.map(({ part, state, detail, meaning, since }) =>
    (state === 'down' ? problem : warning)(
      'delivery.health',
      `${part} is ${state} since ${since}: ${detail}`,
      `It means: ${meaning}. docs/troubleshooting.md says what to do.`,
    ),
  );
}

const LAG_MS = 10_000;

export function judgeStats(stats: Stats, holes: readonly string[]): readonly Finding[] {
  const { dead_letters_open: letters, open_holes: missing, lag_ms: lagMs } = stats;
  return [
    letters === 0
      ? ok('delivery.dead-letters', 'no event waits as a dead letter')
      : warning(
          'delivery.dead-letters',
          `${letters} open dead letter${letters === 1 ? '' : 's'}: events that could not be applied`,
          'taskwire dead-letters list says why; replay what is mended, discard the rest.',
        ),
    holesFinding(missing, holes),
    ...(lagMs !== null && lagMs >= LAG_MS
      ? [
          warning(
            'delivery.lag',
            `the oldest event in Redis is ${Math.round(lagMs / 1_000)} s old`,
            'See what is said of health, lanes and database.',
          ),
        ]
      : []),
  ];
}

const NAMED_MAX = 3;

function holesFinding(missing: number, holes: readonly string[]): Finding {
  const check = 'delivery.holes';
  if (missing === 0) return ok(check, 'no event is missing');
  if (holes.length === 0) return note(check, `${missing} events are on their way`, 'Look again in a minute.');
  const more = holes.length - NAMED_MAX;
  return warning(
    check,
    `${missing} events are missing, of ${holes.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    'They are in the outboxes of these workers: start the workers again, with their disks (taskwire publishers --with-holes).',
  );
}
