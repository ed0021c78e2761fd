import { migrate, openDatabase } from '@taskwire/listener';
import { readSettings } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { isSet } from '../command-line/read-options.ts';
import { jsonText } from '../terminal/one-line.ts';

/** `taskwire migrate`: for deployments whose web process may not change the schema, or that do it in a step of its own. */
export async function migrateDatabase({ env, options, terminal }: CommandInput): Promise<number> {
  const database = await openDatabase(readSettings(env));
  try {
    const { applied, version } = await migrate(database);
    const done = applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`;
    terminal.line(
      isSet(options, 'json')
        ? jsonText({ applied, version })
        : `${done}; the schema is at version ${version}`,
    );
    return 0;
  } finally {
    await database.close();
  }
}
