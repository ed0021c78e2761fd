import { type HttpBindings, serve } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createTaskwire } from '@taskwire/server';
import { Hono } from 'hono';

const app = new Hono<{ Bindings: HttpBindings }>();
app.get('/', (context) => context.text('the application'));

const taskwire = await createTaskwire();
await taskwire.start();
const handle = taskwire.handler({ prefix: '/taskwire' });
app.all('/taskwire/*', ({ env }) => {
  handle(env.incoming, env.outgoing);
  return RESPONSE_ALREADY_SENT;
});

app.post('/reports', async (context) => {
  const { task_request_id } = await taskwire.submit({ task_name: 'make_report' });
  return context.json({ task_request_id });
});

const listens = { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) };
const server = serve(listens, ({ port }) => console.log(`listens on http://127.0.0.1:${port}`));
process.once('SIGTERM', async () => {
  server.close();
  await taskwire.stop();
});
