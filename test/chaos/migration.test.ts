import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { StartedProcess } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { prepareBattlefield } from './battlefield.ts';
import { prepareNewerRelease } from './newer-release.ts';
import { observeListener, waitToSee } from './observe.ts';
import { promised } from './patience.ts';

it('F30: listeners of this release and of the next work side by side, and may be started, where the migration is compatible', async () => {
  using next = prepareNewerRelease({
    migration: 'more_columns.compatible.sql',
    sql: 'ALTER TABLE task_requests ADD COLUMN queue text;\nALTER TABLE task_logs ADD COLUMN queue text;\n',
  });
  await using field = await prepareBattlefield();
  const first = await field.startListener();
  const second = await field.startListener();
  await field.startPublishers(3, { eventsPerS: 200 });
  await field.progress(500);

  const newer = await field.startListener({}, next.listenerMain);
  await first.kill();
  const again = await field.startListener();
  for (const listener of [second, newer, again]) await commitsMore(listener);
  await second.stop();
  await again.stop();
  await field.progress(500);
  await assertClean(field);
});

it('F30: where it is breaking, a listener of this release holds what it has, says why, and does not start again', async () => {
  using next = prepareNewerRelease({
    migration: 'rename_finals.sql',
    sql: 'ALTER TABLE task_requests RENAME COLUMN finals TO endings;\n',
    renamed: ['finals', 'endings'],
  });
  await using field = await prepareBattlefield();
  const running = await field.startListener();
  const stopped = await field.startListener();
  await field.startPublishers(3, { eventsPerS: 200 });
  await field.progress(500);
  await stopped.stop();

  const newer = await field.startListener({}, next.listenerMain);
  await waitToSee(
    () => observeListener(running),
    ({ health }) =>
      health.parts.some(
        ({ part, detail }) => part === 'database' && /upgrade where a newer taskwire/.test(detail),
      ),
    'a listener that says that it is too old',
  );
  await commitsMore(newer);
  await assert.rejects(field.startListener(), /schema_too_new|A newer taskwire has changed the database/);
  assert.equal((await running.stop(promised(5_000))).code, 0);
  await field.progress(500);
  await assertClean(field);
});

const committedBy = async (listener: StartedProcess): Promise<number> =>
  (await observeListener(listener)).metrics.committed.stream ?? 0;

async function commitsMore(listener: StartedProcess): Promise<void> {
  const before = await committedBy(listener);
  await waitToSee(
    () => committedBy(listener),
    (committed) => committed > before + 100,
    'more commits of this listener',
  );
}
