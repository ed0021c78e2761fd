import type { AddressInfo } from 'node:net';
import { type Actor, createTaskwire } from '@taskwire/server';
import express, { type Request, type RequestHandler } from 'express';

/** Your own: a session store, the answer of an identity provider. */
const SESSIONS = new Map<string, Actor>([
  ['session=olgas', { name: 'olga', role: 'operator' }],
  ['session=victors', { name: 'victor', role: 'viewer' }],
]);
const userOf = ({ headers }: Request): Actor | null => SESSIONS.get(headers.cookie ?? '') ?? null;
const demandUser: RequestHandler = (request, response, next) =>
  userOf(request) === null ? response.redirect('/sign-in') : next();

const app = express();
const taskwire = await createTaskwire();
await taskwire.start();

app.use('/taskwire', demandUser, taskwire.handler({ access: userOf }));

// To push changes in a way of your own.
app.get('/reports/:id', demandUser, async ({ params: { id } }, response) => {
  const ending = new AbortController();
  response.once('close', () => ending.abort());
  for await (const change of taskwire.changes({ task_request_id: String(id), signal: ending.signal })) {
    if (change.type === 'change') response.write(`${change.task.status}\n`);
  }
  response.end();
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', async () => {
  server.close();
  await taskwire.stop();
});
