import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTaskStatusService, openPostgres, type TaskStatusService } from '@taskwire/listener';
import { startProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import type { Battlefield } from './battlefield.ts';
import { PATIENCE_MS } from './patience.ts';
import { readRefused, refuseEvents, refuseNoEvents } from './refused-values.ts';
import { startSilencingProxy } from './silencing-proxy.ts';

const TASKWIRE = new URL('../../packages/taskwire/src/main.ts', import.meta.url);

it('F18: singles out what the database refuses among good events, keeps it with the reason, and commits the rest', async () => {
  await using field = await fieldUnderLoad();
  await refuseEvents(field, '33$');
  await waitUntil(async () => (await readRefused(field)).length >= 20, {
    what: '20 dead letters',
    timeoutMs: PATIENCE_MS,
  });
  const refused = await readRefused(field);
  for (const letter of refused) {
    assert.equal(letter.reason, 'refused_by_database');
    assert.match(letter.detail, /violates check constraint "refused" \(SQLSTATE 23514\)/);
    assert.match(letter.n, /33$/, 'only what is refused, and each whole');
    assert.equal(letter.history, 0);
  }
  assert.equal(
    new Set(refused.map(({ n }) => n)).size,
    refused.length,
    'each is kept once, whatever its lanes',
  );
  await noHoles(field);

  await refuseNoEvents(field);
  await using store = storeOf(field.databaseUrl);
  for (const { id } of await readRefused(field)) await store.service.replayDeadLetter(id);
  await assertClean(field);
});

it('F31: applies dead letters once that several replay at the same time, by API and command, while live events arrive', async () => {
  await using field = await fieldUnderLoad();
  await refuseEvents(field, '3$');
  await waitUntil(async () => (await readRefused(field)).length >= 100, {
    what: '100 dead letters',
    timeoutMs: PATIENCE_MS,
  });
  await refuseNoEvents(field);
  await using first = storeOf(field.databaseUrl);
  await using second = storeOf(field.databaseUrl);
  const ids = (await readRefused(field)).map(({ id }) => id);

  const replayAll = async ({ service }: Store, order: readonly number[]) => {
    const replies = [];
    for (const id of order) replies.push((await service.replayDeadLetter(id)).replayed);
    return replies.filter((replayed) => replayed).length;
  };
  const commands = [ids, ids.toReversed()].map(async (order) => {
    await using command = await startProcess(TASKWIRE, {
      arguments: ['dead-letters', 'replay', ...order.map(String)],
      env: { DATABASE_URL: field.databaseUrl },
    });
    assert.equal((await command.exited).code, 0, command.output());
    return command.output().match(/: replayed;/g)?.length ?? 0;
  });
  const applied = await Promise.all([
    replayAll(first, ids),
    replayAll(second, ids.toReversed()),
    replayAll(second, ids),
    ...commands,
  ]);

  assert.equal(
    applied.reduce((sum, count) => sum + count, 0),
    ids.length,
    `applied ${applied.join(' + ')}`,
  );
  assert.deepEqual(new Set((await readRefused(field)).map(({ history }) => history)), new Set([1]));
  await field.progress(300);
  // Whatever was refused in the meantime.
  await replayAll(
    first,
    (await readRefused(field)).map(({ id }) => id),
  );
  await assertClean(field);
});

it('F31: a replay whose COMMIT was never answered is applied, and says so when it is asked for again', async () => {
  await using field = await fieldUnderLoad();
  await refuseEvents(field, '33$');
  await waitUntil(async () => (await readRefused(field)).length >= 10, {
    what: '10 dead letters',
    timeoutMs: PATIENCE_MS,
  });
  await refuseNoEvents(field);
  await using proxy = await startSilencingProxy(field.databaseUrl);
  await using store = storeOf(proxy.url);

  for (const { id } of await readRefused(field)) {
    const cut = proxy.silenceAnswerTo('COMMIT');
    await assert.rejects(store.service.replayDeadLetter(id), { code: 'database_unavailable' });
    await cut;
    assert.deepEqual(await store.service.replayDeadLetter(id), { replayed: false, changes: [] });
  }
  await assertClean(field);
});

interface Store extends AsyncDisposable {
  readonly service: TaskStatusService;
}

function storeOf(url: string): Store {
  const database = openPostgres({ url });
  return { service: createTaskStatusService(database), [Symbol.asyncDispose]: () => database.close() };
}

/** Waits until the database misses no sequence of any publisher below the highest it has. */
async function noHoles(field: Battlefield): Promise<void> {
  await using store = storeOf(field.databaseUrl);
  await waitUntil(
    async () => (await store.service.publisherProgress(3_600)).every(({ missing }) => missing.length === 0),
    { what: 'publishers without a hole' },
  );
}
