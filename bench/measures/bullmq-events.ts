import { Queue, QueueEvents } from 'bullmq';
import pg from 'pg';
import { prepareBed } from '../bed.ts';
import { type Measure, scaled } from '../figure.ts';

/**
 * The other way to do it that BullMQ users have: a job's changes read from QueueEvents, each written with an upsert of
 * the task and an insert into its history. Events that nobody listens to are gone with the trimming of its stream.
 */
export const bullmqEvents: Measure = {
  name: 'bullmq-events',
  about: 'BullMQ QueueEvents with an upsert and an insert for each event',
  run: async (scale) => {
    const jobs = scaled(2_000, scale, 100);
    await using bed = await prepareBed();
    const pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 8 });
    const connection = { host: '127.0.0.1', port: bed.redis.port };
    const events = new QueueEvents('bench', { connection, lastEventId: '0-0' });
    const queue = new Queue('bench', { connection });
    await pool.query(
      'CREATE TABLE seen (id text PRIMARY KEY, status text NOT NULL); CREATE TABLE seen_log (id text NOT NULL, status text NOT NULL, at timestamptz NOT NULL DEFAULT now())',
    );
    try {
      await events.waitUntilReady();
      const written = Promise.withResolvers<void>();
      let rows = 0;
      const write = async (id: string, status: string): Promise<void> => {
        await pool.query({
          name: 'upsert',
          text: 'INSERT INTO seen VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET status = $2',
          values: [id, status],
        });
        await pool.query({
          name: 'insert',
          text: 'INSERT INTO seen_log (id, status) VALUES ($1, $2)',
          values: [id, status],
        });
        rows += 1;
        if (rows === jobs) written.resolve();
      };
      events.on('waiting', ({ jobId }) => void write(jobId, 'waiting').catch(written.reject));
      const begun = performance.now();
      await queue.addBulk(Array.from({ length: jobs }, (_, n) => ({ name: 'job', data: { n } })));
      await written.promise;
      return [{ name: 'written', unit: 'events/s', value: (jobs / (performance.now() - begun)) * 1000 }];
    } finally {
      await Promise.all([events.close(), queue.close()]);
      await pool.end();
    }
  },
};
