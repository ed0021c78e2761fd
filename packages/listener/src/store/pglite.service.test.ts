import { after, before, it } from 'node:test';
import { auditConformance } from '../../test/audit-conformance.ts';
import { hostileConformance } from '../../test/hostile-conformance.ts';
import { listConformance } from '../../test/list-conformance.ts';
import { assertMergesAgree } from '../../test/merge-agreement.ts';
import { retentionConformance } from '../../test/retention-conformance.ts';
import { statsConformance } from '../../test/stats-conformance.ts';
import { storeConformance } from '../../test/store-conformance.ts';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';

let pglite: Database;
before(async () => {
  pglite = await openPglite();
});
after(() => pglite.close());

/** The same one for each suite, since a new one takes seconds; as empty as a new one. */
async function emptied(): Promise<Database> {
  await pglite.script('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const staysOpen = async (): Promise<void> => {};
  return { ...pglite, close: staysOpen, [Symbol.asyncDispose]: staysOpen };
}

storeConformance('PGlite', emptied);
hostileConformance('PGlite', emptied);
retentionConformance('PGlite', emptied);
auditConformance('PGlite', emptied);
statsConformance('PGlite', emptied);
listConformance('PGlite', emptied);

it('merges 500 generated histories on PGlite as the pure code does', async () => {
  await assertMergesAgree(await emptied(), 500, 20_261_124);
});
