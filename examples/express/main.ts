import type { AddressInfo } from 'node:net';
import { createTaskwire } from '@taskwire/server';
import express from 'express';

const app = express();

const taskwire = await createTaskwire();
await taskwire.start();
// Before whatever reads bodies.
app.use('/taskwire', taskwire.handler());

app.use(express.json());
app.get('/', (_request, response) => void response.send('the application'));
app.post('/reports', async (_request, response) => {
  const { task_request_id } = await taskwire.submit({ task_name: 'make_report' });
  response.json({ task_request_id });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', async () => {
  server.close();
  await taskwire.stop();
});
