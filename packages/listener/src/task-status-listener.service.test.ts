import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeAnnouncement } from '@taskwire/protocol';
import { failOnLeaks, startPostgres, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEvent } from '../test/wire-event.ts';
import { migrate } from './store/migrate.ts';
import { openPglite } from './store/pglite.ts';
import { createTaskStatusService } from './store/task-status-service.ts';

failOnLeaks();

describe('a listener', () => {
  it('starts before Redis and the database are there, says so, and works when they are', async () => {
    await using postgres = await startPostgres();
    await using bed = await layListenerBed({ databaseUrl: await postgres.createDatabase() });
    await postgres.stop();
    const listener = bed.listener({ redisUrl: 'redis://127.0.0.1:1' });
    await listener.start();
    await waitUntil(
      () => {
        const states = new Map(listener.health().parts.map(({ part, state }) => [part, state]));
        return states.get('redis') === 'down' && states.get('database') === 'down';
      },
      { what: 'health to say so' },
    );
    await listener.stop();
    const second = bed.listener();
    await second.start();
    await postgres.start();
    await addToStream(bed.redis, bed.names, [wireEvent({ status: 'RUNNING' })]);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
    await waitUntil(() => second.health().state === 'ok', { what: 'health to be well' });
  });

  it('can be stopped and started again, as often as one likes', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    for (let round = 1; round <= 3; round++) {
      await listener.start();
      await addToStream(bed.redis, bed.names, lifeOfTasks(`task-${round}`, 1, `publisher-${round}`));
      await waitUntil(async () => (await bed.count('task_logs')) === round * 2, { what: `round ${round}` });
      await listener.stop();
    }
  });

  it('tells of every commit: in its process, and over Redis', async () => {
    await using bed = await layListenerBed();
    const told: ChangeAnnouncement[] = [];
    const heard: string[] = [];
    const ear = bed.redis.duplicate();
    ear.on('message', (_, message: string) => heard.push(message));
    await ear.subscribe(bed.names.changes);
    const listener = bed.listener({ announce: (announcement) => void told.push(announcement) });
    await listener.start();
    const event = wireEvent({ status: 'SUCCESS' });
    await addToStream(bed.redis, bed.names, [event]);
    await waitUntil(() => heard.length === 1 && told.length === 1, { what: 'both' });
    ear.disconnect();
    assert.deepEqual(JSON.parse(heard[0] ?? ''), JSON.parse(JSON.stringify(told[0])));
    assert.equal(told[0]?.consumer, listener.consumer);
    assert.deepEqual(told[0]?.event_ids, [event.event_id]);
    assert.equal(told[0]?.changes[0]?.status, 'SUCCESS');
  });

  it('works on the embedded database, where it always leads', async () => {
    await using bed = await layListenerBed();
    await using database = await openPglite();
    await migrate(database);
    const service = createTaskStatusService(database);
    await service.maintain();
    const listener = bed.listener({ database, service });
    await listener.start();
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 100));
    await waitUntil(() => listener.metrics().committed.stream === 200, { what: '200 commits' });
    await waitUntil(() => listener.metrics().gauges.leader === 1, { what: 'the leader' });
    await listener.stop();
  });
});
