import { storeConformance } from '../../test/store-conformance.ts';
import { openPglite } from './pglite.ts';

storeConformance('PGlite', () => openPglite());
