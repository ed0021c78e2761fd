import assert from 'node:assert/strict';
import { type Database, migrate, openPglite } from '@taskwire/listener';

export interface StatementCheck extends AsyncDisposable {
  /** @throws Error where a statement speaks of a table or column that is not there */
  check(statement: string): Promise<void>;
}

/** Holds SQL to the tables as the migrations make them. */
export async function openStatementCheck(): Promise<StatementCheck> {
  const database: Database = await openPglite();
  await migrate(database);
  return {
    async check(statement) {
      if (/^\s*(?:SELECT|WITH)\b/i.test(statement)) {
        // Prepared and not run: that looks up every name, and needs no parameters.
        await database.script(`PREPARE shown AS ${statement}; DEALLOCATE shown;`);
        return;
      }
      const [, view] = /^\s*CREATE VIEW (\w+)/.exec(statement) ?? [];
      assert.ok(view, `nothing knows how to check: ${statement}`);
      await database.script(`${statement}; DROP VIEW ${view};`);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
