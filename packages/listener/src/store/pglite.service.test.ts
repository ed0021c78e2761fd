import { it } from 'node:test';
import { auditConformance } from '../../test/audit-conformance.ts';
import { hostileConformance } from '../../test/hostile-conformance.ts';
import { listConformance } from '../../test/list-conformance.ts';
import { assertMergesAgree } from '../../test/merge-agreement.ts';
import { retentionConformance } from '../../test/retention-conformance.ts';
import { statsConformance } from '../../test/stats-conformance.ts';
import { storeConformance } from '../../test/store-conformance.ts';
import { openPglite } from './pglite.ts';

storeConformance('PGlite', () => openPglite());
hostileConformance('PGlite', () => openPglite());
retentionConformance('PGlite', () => openPglite());
auditConformance('PGlite', () => openPglite());
statsConformance('PGlite', () => openPglite());
listConformance('PGlite', () => openPglite());

it('merges 500 generated histories on PGlite as the pure code does', async () => {
  await using database = await openPglite();
  await assertMergesAgree(database, 500, 20_261_124);
});
