import type pg from 'pg';

/** The event as it was before taskwire. */
interface ObviousEvent {
  readonly task_request_id: string;
  readonly status: string;
  readonly timestamp: string;
  readonly task_name: string;
  readonly data: object;
}

/** Three statements for each copy of each event. */
export async function handleEvent(pool: pg.Pool, message: string): Promise<void> {
  const event = JSON.parse(message) as ObviousEvent;
  const known = await pool.query({
    name: 'find',
    text: 'SELECT status FROM obvious_tasks WHERE task_request_id = $1',
    values: [event.task_request_id],
  });
  const data = JSON.stringify(event.data);
  const values = [event.task_request_id, event.status, event.task_name, data, event.timestamp];
  await (known.rowCount === 0
    ? pool.query({
        name: 'insert',
        text: 'INSERT INTO obvious_tasks VALUES ($1, $2, $3, $4, $5) ON CONFLICT (task_request_id) DO UPDATE SET status = $2, data = $4, updated_at = $5',
        values,
      })
    : pool.query({
        name: 'update',
        text: 'UPDATE obvious_tasks SET status = $2, task_name = $3, data = $4, updated_at = $5 WHERE task_request_id = $1',
        values,
      }));
  await pool.query({
    name: 'log',
    text: 'INSERT INTO obvious_logs (task_request_id, status, data) VALUES ($1, $2, $3)',
    values: [event.task_request_id, event.status, data],
  });
}
