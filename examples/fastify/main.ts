import { createTaskwire } from '@taskwire/server';
import { fastify } from 'fastify';

const app = fastify();
app.get('/', async () => 'the application');

const taskwire = await createTaskwire();
await taskwire.start();
app.register(taskwire.fastify, { prefix: '/taskwire' });
app.addHook('onClose', () => taskwire.stop());

app.post('/reports', async () => {
  const { task_request_id } = await taskwire.submit({ task_name: 'make_report' });
  return { task_request_id };
});

process.once('SIGTERM', () => app.close());
console.log(`listens on ${await app.listen({ port: Number(process.env.PORT ?? 3000) })}`);
