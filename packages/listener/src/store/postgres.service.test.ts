import { freshDatabaseUrl } from '@taskwire/test-harness';
import { storeConformance } from '../../test/store-conformance.ts';
import { openPostgres } from './postgres.ts';

storeConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));
