import type { Batch } from './store/batch.ts';

/**
 * Places where a test can make this process fail. In production nobody hands any in, and each is an empty call once a
 * batch.
 */
export interface Failpoints {
  /** Decoded, and not in the database yet. */
  beforeCommit?(batch: Batch): void | Promise<void>;
  /** In the database, and not acknowledged to Redis yet. */
  afterCommit?(batch: Batch): void | Promise<void>;
}
