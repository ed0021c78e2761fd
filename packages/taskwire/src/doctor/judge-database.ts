import type { DatabaseFacts, ServerFacts } from './database-facts.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

const VERSION_MIN = 150_000;
const FULL_SOON = 0.8;
/** Vacuum cannot clean what a transaction that is as old as this might still look at. */
const OLD_TRANSACTION_S = 3_600;
/** Fewer dead rows than this are no matter. */
const DEAD_ROWS_MIN = 50_000;
const PART_SOON_MS = 3 * 86_400_000;

/** What version, settings and state of the database mean. Pure. */
export function judgeDatabase(facts: DatabaseFacts): readonly Finding[] {
  const { server, kind } = facts;
  const embedded = ok('database.server', `embedded, PostgreSQL ${server.version}`);
  const ofServer =
    kind === 'pglite'
      ? [embedded]
      : [
          version(server),
          encoding(server),
          writes(server),
          ...commits(server),
          connections(server),
          vacuum(server),
          rights(server),
        ];
  return [...ofServer, schema(facts), partitions(facts)];
}

function version({ version, version_number }: ServerFacts): Finding {
  const name = `PostgreSQL ${version.split(' ')[0]}`;
  return version_number < VERSION_MIN
    ? problem('database.version', `${name} is too old`, 'Upgrade to PostgreSQL 15 or newer.')
    : ok('database.version', name);
}

function encoding({ encoding }: ServerFacts): Finding {
  return encoding === 'UTF8'
    ? ok('database.encoding', 'UTF8')
    : problem(
        'database.encoding',
        `the database is encoded in ${encoding}: texts that it cannot hold become dead letters`,
        'Make a database with ENCODING UTF8 and move there.',
      );
}

function writes({ in_recovery, read_only }: ServerFacts): Finding {
  const check = 'database.writes';
  if (in_recovery)
    return problem(check, 'it is a standby and takes no writes', 'Set DATABASE_URL to the primary.');
  if (read_only) {
    return problem(
      check,
      'transactions are read-only by default',
      'Set default_transaction_read_only off for this role and database.',
    );
  }
  return ok(check, 'it takes writes');
}

function commits({ synchronous_commit, fsync, full_page_writes }: ServerFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (synchronous_commit === 'off') {
    findings.push(
      problem(
        'database.commits',
        'synchronous_commit is off: a crash forgets commits that were acknowledged; taskwire does not start',
        'Set synchronous_commit on for this database.',
      ),
    );
  }
  if (!fsync) {
    findings.push(
      problem(
        'database.commits',
        'fsync is off: a power loss or crash of the machine can destroy the database',
        'Set fsync on.',
      ),
    );
  }
  if (!full_page_writes) {
    findings.push(
      problem(
        'database.commits',
        'full_page_writes is off: a power loss can leave half-written pages',
        'Set full_page_writes on, unless the file system writes pages whole.',
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [
        ok(
          'database.commits',
          `what is committed stays (synchronous_commit ${synchronous_commit}, fsync on)`,
        ),
      ];
}

function connections({ connections, connections_max }: ServerFacts): Finding {
  const check = 'database.connections';
  const words = `${connections} of ${connections_max} connections in use`;
  return connections / connections_max >= FULL_SOON
    ? warning(
        check,
        `${words}; each web process takes up to 10`,
        'Raise max_connections, or find who holds them (pg_stat_activity).',
      )
    : ok(check, words);
}

function vacuum(server: ServerFacts): Finding {
  const check = 'database.vacuum';
  const { dead_rows: dead, living_rows: living } = server;
  if (!server.autovacuum) {
    return problem(check, 'autovacuum is off: tables grow without end and get slow', 'Set autovacuum on.');
  }
  if (server.oldest_transaction_s >= OLD_TRANSACTION_S) {
    return warning(
      check,
      `a transaction has been open for ${Math.round(server.oldest_transaction_s / 60)} minutes; nothing that was deleted since can be cleaned`,
      'Find it in pg_stat_activity (order by xact_start) and end it; set idle_in_transaction_session_timeout.',
    );
  }
  if (dead !== null && dead >= DEAD_ROWS_MIN && dead > (living ?? 0)) {
    return warning(
      check,
      `task_requests holds ${dead} dead rows and ${living ?? 0} living ones`,
      'VACUUM task_requests once, and give autovacuum more to work with (autovacuum_vacuum_cost_limit).',
    );
  }
  return ok(check, 'autovacuum keeps up');
}

function rights({ may_create }: ServerFacts): Finding {
  return may_create
    ? ok('database.rights', 'this role may make tables')
    : warning(
        'database.rights',
        'this role may not make tables: neither migrations nor the parts of the history of months to come',
        'Grant it CREATE on its schema, or run taskwire migrate and a web process with a role that may.',
      );
}

function schema({ pendingMigrations: pending, unknownMigrations: unknown }: DatabaseFacts): Finding {
  const check = 'database.schema';
  if (unknown.length > 0) {
    return warning(
      check,
      `a newer taskwire has changed the schema (${unknown.join(', ')})`,
      'Use that release here as well.',
    );
  }
  return pending.length === 0
    ? ok(check, 'no migration is pending')
    : warning(
        check,
        `pending migrations: ${pending.join(', ')}`,
        'taskwire web applies them when it starts; or run taskwire migrate.',
      );
}

function partitions({ partitions: due, nowMs }: DatabaseFacts): Finding {
  const check = 'database.partitions';
  if (due === null)
    return note(check, 'there are no tables yet', 'Run taskwire migrate, or start taskwire web.');
  const advice =
    'A running web process or listener does this by itself every few hours; see whether one runs, and what it logs.';
  if (due.coveredUntilMs === null || due.coveredUntilMs <= nowMs) {
    return problem(check, 'the history has no part for now: no event can be kept', advice);
  }
  if (due.coveredUntilMs <= nowMs + PART_SOON_MS) {
    return warning(
      check,
      `the history has parts only until ${new Date(due.coveredUntilMs).toISOString()}`,
      advice,
    );
  }
  if (due.create.length + due.drop.length > 0) {
    const words = [
      ...(due.create.length > 0 ? [`to be made: ${due.create.join(', ')}`] : []),
      ...(due.drop.length > 0 ? [`to be dropped: ${due.drop.join(', ')}`] : []),
    ];
    return note(check, `parts of the history ${words.join('; ')}`, advice);
  }
  return ok(check, 'the history has its parts, and none that is too old');
}
