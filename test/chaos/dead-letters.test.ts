import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTaskStatusService, openPostgres, type TaskStatusService } from '@taskwire/listener';
import { startProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import type { Battlefield } from './battlefield.ts';
import { PATIENCE_MS } from './patience.ts';
import { type Refused, readRefused, refuseEvents, refuseNoEvents } from './refused-values.ts';
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
  // What was refused just before may become a dead letter only now.
  await field.settle();
  await replayAll(store, await readRefused(field));
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
  const letters = await readRefused(field);
  const commands = [letters, letters.toReversed()].map(async (order) => {
    await using command = await startProcess(TASKWIRE, {
      arguments: ['dead-letters', 'replay', ...order.map(({ id }) => String(id))],
      env: { DATABASE_URL: field.databaseUrl },
    });
    assert.equal((await command.exited).code, 0, command.output());
    return command.output().match(/: replayed;/g)?.length ?? 0;
  });
  const applied = await Promise.all([
    replayAll(first, letters),
    replayAll(second, letters.toReversed()),
    replayAll(second, letters),
    ...commands,
  ]);

  assert.equal(
    applied.reduce((sum, count) => sum + count, 0),
    letters.length,
    `applied ${applied.join(' + ')}`,
  );
  const replayed = (await readRefused(field)).filter(({ id }) => letters.some((letter) => letter.id === id));
  assert.deepEqual(
    replayed.map(({ history }) => history),
    letters.map(() => 1),
  );
  await field.progress(300);
  // What was refused just before became a dead letter only after they were read.
  await field.settle();
  await replayAll(first, await readRefused(field));
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
  await field.settle();
  await replayAll(store, await readRefused(field));
  await assertClean(field);
});

interface Store extends AsyncDisposable {
  readonly service: TaskStatusService;
}

function storeOf(url: string): Store {
  const database = openPostgres({ url });
  return { service: createTaskStatusService(database), [Symbol.asyncDispose]: () => database.close() };
}

/** @returns how many of them were not applied before */
async function replayAll({ service }: Store, letters: readonly Pick<Refused, 'id'>[]): Promise<number> {
  let applied = 0;
  for (const { id } of letters) if ((await service.replayDeadLetter(id)).replayed) applied++;
  return applied;
}

/** Waits until the database misses no sequence of any publisher below the highest it has. */
async function noHoles(field: Battlefield): Promise<void> {
  await using store = storeOf(field.databaseUrl);
  await waitUntil(
    async () => (await store.service.publisherProgress(3_600)).every(({ missing }) => missing.length === 0),
    { what: 'publishers without a hole', timeoutMs: PATIENCE_MS },
  );
}
