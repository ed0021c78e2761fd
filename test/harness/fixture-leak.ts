// What fail-on-leaks.test.ts runs: a test file that closes its server, or forgets it when told to.
import { createServer } from 'node:net';
import { test } from 'node:test';
import { failOnLeaks } from './fail-on-leaks.ts';

const isForgotten = process.argv[2] === 'forget';
failOnLeaks(isForgotten ? 100 : undefined);

test('opens a server', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  if (!isForgotten) server.close();
});
