import { openPostgres } from '@taskwire/listener';
import { messageOf, type Settings } from '@taskwire/protocol';
import { judgeClock, readClock } from './clocks.ts';
import { databaseTimeMs, readDatabaseFacts } from './database-facts.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { judgeDatabase } from './judge-database.ts';

/** Everything about the database of the settings. Never throws: what is wrong is a finding. */
export async function checkDatabase(settings: Settings): Promise<readonly Finding[]> {
  if (settings.databaseUrl === undefined) {
    return [
      note(
        'database.reachable',
        'DATABASE_URL is not set: the embedded database is used, which one web process at a time has open',
        'Set DATABASE_URL to a PostgreSQL for more than one web process, and for backups of a running database.',
      ),
    ];
  }
  const { host } = new URL(settings.databaseUrl);
  const database = openPostgres({
    url: settings.databaseUrl,
    connectionsMax: 1,
    applicationName: 'taskwire doctor',
  });
  try {
    const facts = await readDatabaseFacts(database, settings);
    return [
      ok('database.reachable', `${host} answers`),
      ...judgeDatabase(facts),
      judgeClock(await readClock('database', () => databaseTimeMs(database), Date.now)),
    ];
  } catch (error) {
    return [
      problem(
        'database.reachable',
        `${host} cannot be used: ${messageOf(error)}`,
        'See whether it runs, whether DATABASE_URL names it with user and password, and whether the network lets us through. Events wait in Redis and in the outboxes meanwhile.',
      ),
    ];
  } finally {
    await database.close();
  }
}
