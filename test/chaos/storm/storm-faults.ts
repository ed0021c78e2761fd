import { databaseFaults } from './database-faults.ts';
import type { Faults } from './fault.ts';
import { networkFaults } from './network-faults.ts';
import { processFaults } from './process-faults.ts';
import { redisFaults } from './redis-faults.ts';

export type Subject = 'redis' | 'database' | 'processes' | 'network';

/** By what they strike: two of one subject would undo each other. */
export const FAULTS: Readonly<Record<Subject, Faults>> = {
  redis: redisFaults,
  database: databaseFaults,
  processes: processFaults,
  network: networkFaults,
};
