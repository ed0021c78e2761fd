import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import pg from 'pg';
import { handleEvent } from './handle-event.ts';

const [redisUrl = '', databaseUrl = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
await pool.query(readFileSync(new URL('schema.sql', import.meta.url), 'utf8'));

const subscriber = new Redis(redisUrl);
subscriber.on('message', (_channel, message) => void handleEvent(pool, message));
await subscriber.subscribe('task_status_events');
console.log('ready');

const popper = new Redis(redisUrl);
for (;;) {
  const popped = await popper.brpop('task_status_queue', 0);
  if (popped !== null) await handleEvent(pool, popped[1]);
}
