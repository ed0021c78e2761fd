import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { PublisherAck } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import { countOf } from '../../packages/listener/src/acks/publisher-ack.ts';
import type { Battlefield } from './battlefield.ts';
import { PATIENCE_MS } from './patience.ts';

/** What a batch writes to, in the order in which it takes them. */
export const TABLES = ['task_logs', 'task_requests', 'task_publishers'] as const;

const forAll = (statement: (table: string) => string): string => TABLES.map(statement).join('; ');

/** One snapshot of all tables, as a backup is one. */
export async function keepDatabase({ postgres, databaseUrl }: Battlefield): Promise<void> {
  const keep = forAll((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
  await postgres.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${keep}; COMMIT`, [], databaseUrl);
}

/** Puts back what was kept, and nothing that came since is there any more. */
export async function takeDatabaseBack({ postgres, databaseUrl }: Battlefield): Promise<void> {
  const restore = forAll(
    (table) =>
      `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}; DROP TABLE kept_${table}`,
  );
  await postgres.query(
    `BEGIN; LOCK TABLE ${TABLES.join(', ')} IN ACCESS EXCLUSIVE MODE; ${restore}; COMMIT`,
    [],
    databaseUrl,
  );
}

/** A copy of the folder of the whole server, made while that is stopped. */
export async function copyDatabaseFolder({ postgres }: Battlefield): Promise<void> {
  const data = path.join(postgres.directory, 'data');
  await postgres.stop('fast');
  execFileSync('cp', ['-a', data, `${data}.copy`]);
  await postgres.start();
}

/** The server starts from that copy: with it also the numbers of transactions go back. */
export async function putDatabaseFolderBack({ postgres }: Battlefield): Promise<void> {
  const data = path.join(postgres.directory, 'data');
  await postgres.stop('fast');
  rmSync(data, { recursive: true });
  renameSync(`${data}.copy`, data);
  await postgres.start();
}

/**
 * Waits until no publisher is told of more than the database holds, which the leader sees to. What a worker that ends
 * before that has not heard of stays in its outbox for the next process.
 */
export async function untilPublishersAreTold(field: Battlefield): Promise<void> {
  await waitUntil(
    async () => {
      // In this order: the database only gains in between.
      const told = (await field.redis.command('HGETALL', field.names.acks)) as string[];
      const rows = await field.postgres.query<{ id: string; count: number }>(
        `SELECT publisher_id AS id, coalesce((SELECT sum(upper(part) - lower(part)) FROM unnest(received) AS part), 0)::integer AS count
         FROM task_publishers`,
        [],
        field.databaseUrl,
      );
      const held = new Map(rows.map(({ id, count }) => [id, count]));
      const countTold = (index: number) => countOf(JSON.parse(told[index] ?? '') as PublisherAck);
      return told.every((id, index) => index % 2 === 1 || countTold(index + 1) <= (held.get(id) ?? 0));
    },
    { what: 'acknowledgements of no more than the database holds', timeoutMs: PATIENCE_MS, pollMs: 100 },
  );
}
