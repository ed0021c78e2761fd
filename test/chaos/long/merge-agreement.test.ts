import { it } from 'node:test';
import { openPostgres } from '@taskwire/listener';
import { freshDatabaseUrl } from '@taskwire/test-harness';
import { assertMergesAgree } from '../../../packages/listener/test/merge-agreement.ts';

const HISTORIES = 100_000;
const SEED = 424_242;

it(`merges ${HISTORIES} generated histories on PostgreSQL as the pure code does`, async () => {
  await using database = openPostgres({ url: await freshDatabaseUrl() });
  await assertMergesAgree(database, HISTORIES, SEED);
});
