import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Database } from '../src/store/database.ts';
import { createDeadLetterRepository } from '../src/store/dead-letter-repository.ts';
import { TASK_SORTS, type TaskFilter, type TaskPlace, type TaskSort } from '../src/store/list-tasks.ts';
import { migrate } from '../src/store/migrate.ts';
import { createPublisherRepository } from '../src/store/publisher-repository.ts';
import { createTaskLogRepository } from '../src/store/task-log-repository.ts';
import { createTaskRequestRepository, type TaskSummary } from '../src/store/task-request-repository.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { buildDeadLetter, buildEvent, type EventWish, inBatch } from './build-event.ts';

/** How every database finds tasks, dead letters and publishers; run over PostgreSQL and over PGlite. */
export function listConformance(kind: string, open: () => Promise<Database>): void {
  describe(`lists on ${kind}`, () => {
    let database: Database;
    let service: TaskStatusService;

    before(async () => {
      database = await open();
      await migrate(database);
      service = createTaskStatusService(database);
      await service.maintain();
    });
    after(() => database.close());

    let counter = 0;
    const unique = (word: string): string => `${word}-${kind}-${++counter}`;
    const apply = (...events: readonly EventWish[]) =>
      service.apply({ events: events.map((wish) => inBatch(buildEvent(wish))), deadLetters: [] });
    const idsOf = (tasks: readonly TaskSummary[]) => tasks.map((task) => task.task_request_id);

    /** All pages, one after the other; `between` runs before each but the first. */
    async function readAll(
      filter: TaskFilter,
      sort: TaskSort,
      wish: { readonly limit?: number; readonly walkRowsMax?: number; between?: () => Promise<unknown> } = {},
    ): Promise<{ readonly ids: readonly string[]; readonly pages: number }> {
      const { limit = 3 } = wish;
      const repository = createTaskRequestRepository(database, wish.walkRowsMax);
      const ids: string[] = [];
      let place: TaskPlace | null = null;
      for (let pages = 1; ; pages++) {
        const { tasks, searched_to } = await repository.list(filter, { limit, sort, after: place });
        ids.push(...idsOf(tasks));
        const last = tasks.at(-1);
        if (tasks.length === limit && last !== undefined) {
          const at = sort.endsWith('created_at') ? last.created_at : last.last_status_update;
          place = { at, task_request_id: last.task_request_id };
        } else if (searched_to !== null) place = searched_to;
        else return { ids, pages };
        await wish.between?.();
      }
    }

    it('pages through tasks in every order without a gap or a repeat', async () => {
      const task_name = unique('paged');
      const at = Date.now() * 1000;
      // Pairs of equal times; the second half changed in reverse.
      const events = Array.from({ length: 10 }, (_, index) => {
        const event_time_us = at - Math.floor(index / 2) * 1000;
        return {
          status: 'PENDING',
          task_request_id: `${task_name}-${index}`,
          task_name,
          event_time_us,
        } as const;
      });
      await apply(...events);
      await apply(
        ...events
          .slice(5)
          .map(
            (event, index) =>
              ({ ...event, status: 'RUNNING', event_time_us: at + 1000 * (10 - index) }) as const,
          ),
      );
      const all = (await readAll({ task_name }, '-created_at', { limit: 100 })).ids;
      assert.deepEqual(
        all,
        events.map((event) => event.task_request_id),
      );
      for (const sort of TASK_SORTS) {
        for (const filter of [{ task_name }, { task_name, status: ['PENDING', 'RUNNING'] as const }]) {
          const { ids, pages } = await readAll(filter, sort);
          assert.deepEqual(new Set(ids).size, 10, sort);
          assert.equal(ids.length, 10, sort);
          assert.equal(pages, 4);
        }
      }
      const changed = (await readAll({ task_name }, '-last_status_update')).ids;
      assert.deepEqual(changed.slice(0, 5), all.slice(5));
      assert.deepEqual((await readAll({ task_name }, 'created_at')).ids, all.toReversed());
      assert.deepEqual((await readAll({ task_name }, 'last_status_update')).ids, changed.toReversed());
    });

    it('pages without a gap or a repeat while new tasks come in', async () => {
      const task_name = unique('growing');
      const at = Date.now() * 1000;
      const wish = (offset: number): EventWish => ({
        status: 'RUNNING',
        task_request_id: unique('grown'),
        task_name,
        event_time_us: at + offset,
      });
      const events = Array.from({ length: 8 }, (_, index) => wish(-index));
      await apply(...events);
      const { ids } = await readAll({ task_name }, '-created_at', {
        between: () => apply(wish(1000), wish(2000)),
      });
      assert.deepEqual(
        ids,
        events.map((event) => event.task_request_id),
      );
    });

    it('looks at so many rows a page and no more, and says how far it came', async () => {
      const task_name = unique('rare');
      const at = Date.now() * 1000;
      const rare = new Set([0, 7, 8, 24]);
      const events = Array.from({ length: 25 }, (_, index) => ({
        status: 'SUCCESS' as const,
        task_request_id: unique('walked'),
        task_name: rare.has(index) ? task_name : unique('other'),
        event_time_us: at + 3_600_000_000 - index * 1000,
      }));
      await apply(...events);
      const wanted = events
        .filter((event) => event.task_name === task_name)
        .map((event) => event.task_request_id);
      const filter = { task_name };
      const { ids, pages } = await readAll(filter, '-created_at', { walkRowsMax: 5 });
      assert.deepEqual(ids, wanted);
      assert.ok(pages > 5, `${pages} pages`);
      const upwards = await readAll(filter, 'created_at', { walkRowsMax: 5 });
      assert.deepEqual(upwards.ids, wanted.toReversed());

      const first = await createTaskRequestRepository(database, 5).list(filter, {
        limit: 3,
        sort: '-created_at',
        after: null,
      });
      assert.deepEqual(idsOf(first.tasks), wanted.slice(0, 1));
      assert.equal(first.searched_to?.task_request_id, events[4]?.task_request_id);
    });

    it('finds tasks by each filter, alone and together', async () => {
      const [task_name, worker] = [unique('filtered'), unique('worker')];
      const id = (word: string) => `${word.padEnd(8, '_')}${unique('id')}`;
      const [good, bad, gone, torn, young] = [id('good'), id('bad'), id('gone'), id('torn'), id('young')];
      const at = Date.now() * 1000;
      const of = (task_request_id: string, wish: EventWish): EventWish => ({
        task_request_id,
        task_name,
        worker_container: 'elsewhere',
        event_time_us: at - 60_000_000,
        ...wish,
      });
      await apply(
        of(good, { status: 'SUCCESS', worker_container: worker }),
        of(bad, { status: 'FAILURE', data: { error: '100% of the Disk_is full', error_type: 'OSError' } }),
        of(gone, { status: 'CANCELLED' }),
        of(torn, { status: 'FAILURE' }),
        of(torn, { status: 'SUCCESS' }),
        of(young, { status: 'RUNNING', event_time_us: at }),
      );
      const expected: readonly (readonly [TaskFilter, readonly string[]])[] = [
        [{}, [good, bad, gone, torn, young]],
        [{ status: ['SUCCESS'] }, [good, torn]],
        [{ status: ['RUNNING'] }, [young]],
        [{ status: ['FAILURE', 'CANCELLED'] }, [bad, gone]],
        [{ status: ['RUNNING', 'FAILURE'] }, [young, bad]],
        [{ conflict: true }, [torn]],
        [{ conflict: false, status: ['SUCCESS'] }, [good]],
        [{ worker_source: worker }, [good]],
        [{ error_type: 'OSError' }, [bad]],
        [{ id_prefix: bad.slice(0, 8) }, [bad]],
        [{ id_prefix: 'ba' }, [bad]],
        [{ id_prefix: bad.slice(0, 8), status: ['SUCCESS'] }, []],
        [{ text: 'DISK_IS' }, [bad]],
        [{ text: 'oserr' }, [bad]],
        [{ text: 'disk%full' }, []],
        [{ text: '100%' }, [bad]],
        [{ text: bad.slice(2, 30).toUpperCase() }, [bad]],
        [{ text: task_name.toUpperCase() }, [good, bad, gone, torn, young]],
        [{ created_after: new Date(at / 1000 - 30_000).toISOString() }, [young]],
        [{ created_before: new Date(at / 1000 - 30_000).toISOString(), status: ['SUCCESS'] }, [good, torn]],
      ];
      for (const [filter, ids] of expected) {
        for (const sort of TASK_SORTS) {
          const found = await readAll({ task_name, ...filter }, sort);
          assert.deepEqual(found.ids.toSorted(), ids.toSorted(), `${JSON.stringify(filter)} ${sort}`);
        }
      }
    });

    it('finds the tasks that run another one again', async () => {
      const [first, ...again] = [unique('first'), unique('again'), unique('again')];
      await apply({ status: 'FAILURE', task_request_id: first });
      for (const task_request_id of again) {
        const pending = { ...buildEvent({ status: 'PENDING', task_request_id }), task_name: 'tasks.test' };
        await service.submit({ pending, params: {}, rerun_of: first, attempts_max: 1 });
      }
      const repository = createTaskRequestRepository(database);
      assert.deepEqual(await repository.reruns(first, 10), again);
      assert.deepEqual((await readAll({ rerun_of: first }, '-created_at')).ids, again.toReversed());
      assert.equal((await repository.get(again[0] ?? ''))?.rerun_of, first);
      assert.ok(((await repository.countByName()).get('tasks.test') ?? 0) >= 2);
    });

    it('leaves the oldest progress out of a history that is too long', async () => {
      const task_request_id = unique('long');
      const at = Date.now() * 1000;
      await apply(
        { status: 'PENDING', task_request_id, event_time_us: at },
        ...Array.from({ length: 10 }, (_, index) => ({
          status: 'RUNNING' as const,
          task_request_id,
          progress: index / 10,
          event_time_us: at + index + 1,
        })),
        { status: 'SUCCESS', task_request_id, event_time_us: at + 100 },
      );
      const history = await createTaskLogRepository(database).history(task_request_id, 4);
      assert.deepEqual(
        history.map((log) => [log.status, log.progress]),
        [
          ['PENDING', null],
          ['RUNNING', 0.8],
          ['RUNNING', 0.9],
          ['SUCCESS', null],
        ],
      );
    });

    it('lists dead letters newest first by every filter, with the beginning of what is long', async () => {
      const task_request_id = unique('dead');
      const repository = createDeadLetterRepository(database);
      const letters = [
        buildDeadLetter({ reason: 'too_deep', detail: '1', task_request_id, publisher_id: 'p', sequence: 1 }),
        buildDeadLetter({ reason: 'too_deep', detail: '2', task_request_id, lane: 'list' }),
        buildDeadLetter({ reason: 'not_json', detail: '3', task_request_id, payload: '长'.repeat(5_000) }),
        buildDeadLetter({ reason: 'too_large', detail: '4', task_request_id, payload_bytes: 2_000_000 }),
      ];
      for (const letter of letters) await service.apply({ events: [], deadLetters: [letter] });
      const all = await repository.list({ task_request_id }, { limit: 10, before: null });
      assert.deepEqual(
        all.map((letter) => [
          letter.detail,
          letter.sequence,
          letter.payload.length,
          letter.payload_truncated,
        ]),
        [
          ['4', null, 16, true],
          ['3', null, 2_000, true],
          ['2', null, 16, false],
          ['1', 1, 16, false],
        ],
      );
      const [, third, second, first] = all;
      const whole = await repository.get(third?.id ?? 0);
      assert.deepEqual([whole?.payload.length, whole?.payload_truncated], [5_000, false]);
      assert.equal(await repository.get(999_999_999), null);

      assert.deepEqual(await service.discardDeadLetters([second?.id ?? 0, 999_999_999]), [second?.id]);
      assert.deepEqual(await service.discardDeadLetters([second?.id ?? 0]), []);
      const details = async (filter: object) =>
        (await repository.list({ task_request_id, ...filter }, { limit: 10, before: null })).map(
          (each) => each.detail,
        );
      assert.deepEqual(await details({ reason: 'too_deep' }), ['2', '1']);
      assert.deepEqual(await details({ lane: 'list' }), ['2']);
      assert.deepEqual(await details({ state: 'discarded' }), ['2']);
      assert.deepEqual(await details({ state: 'open' }), ['4', '3', '1']);
      assert.deepEqual(await details({ state: 'replayed' }), []);
      assert.deepEqual(
        (await repository.list({ task_request_id }, { limit: 2, before: third?.id ?? 0 })).map(
          ({ id }) => id,
        ),
        [second?.id, first?.id],
      );
      assert.deepEqual(await repository.ids({ task_request_id, state: 'open' }, first?.id ?? 0, 1), [
        third?.id,
      ]);
      assert.equal(await repository.count({ task_request_id, state: 'open' }), 3);
    });

    it('replays many dead letters: those that can be applied once, the others told by their ids', async () => {
      const task_request_id = unique('replayed');
      const wire = (wish: object) => {
        const timestamp = new Date().toISOString();
        return JSON.stringify({
          task_request_id,
          status: 'RUNNING',
          timestamp,
          data: {},
          worker_container: 'w',
          ...wish,
        });
      };
      const payloads = [wire({}), wire({ status: 'SUCCESS' }), 'no event', wire({ status: 'RETRY' })];
      const letters = payloads.map((payload) => buildDeadLetter({ payload, task_request_id }));
      for (const letter of letters) await service.apply({ events: [], deadLetters: [letter] });
      const ids = await createDeadLetterRepository(database).ids({ task_request_id }, 0, 10);
      const done = await service.replayDeadLetters([...ids, 999_999_999]);
      assert.deepEqual(done.replayed, [ids[0], ids[1], ids[3]]);
      assert.deepEqual(
        done.failed.map(({ id, code }) => [id, code]).toSorted(),
        [
          [ids[2], 'event_invalid'],
          [999_999_999, 'not_found'],
        ].toSorted(),
      );
      assert.equal(done.changes.at(-1)?.status, 'SUCCESS');
      const again = await service.replayDeadLetters(ids);
      assert.deepEqual([again.replayed, again.unchanged], [[], [ids[0], ids[1], ids[3]]]);
      assert.deepEqual(await service.discardDeadLetters(ids), [ids[2]]);
    });

    it('replays the rest where the database refuses one, and says why', async () => {
      const task_request_id = unique('unstorable');
      const wire = (n: number) =>
        JSON.stringify({
          task_request_id,
          status: 'RUNNING',
          timestamp: new Date(Date.now() - n).toISOString(),
          data: { n },
          worker_container: 'w',
        });
      for (const n of [1, 2, 3]) {
        await service.apply({
          events: [],
          deadLetters: [buildDeadLetter({ payload: wire(n), task_request_id })],
        });
      }
      const ids = await createDeadLetterRepository(database).ids({ task_request_id }, 0, 10);
      await database.script(
        `ALTER TABLE task_logs ADD CONSTRAINT refused CHECK (data ->> 'n' <> '2') NOT VALID`,
      );
      const done = await service.replayDeadLetters(ids);
      assert.deepEqual([done.replayed, done.failed.map(({ id }) => id)], [[ids[0], ids[2]], [ids[1]]]);
      assert.match(
        done.failed[0]?.detail ?? '',
        /still cannot be applied: the database refuses it: .*refused/,
      );
      await assert.rejects(service.replayDeadLetter(ids[1] ?? 0), { code: 'event_invalid' });
      await database.script('ALTER TABLE task_logs DROP CONSTRAINT refused');
      assert.deepEqual((await service.replayDeadLetter(ids[1] ?? 0)).replayed, true);
    });

    it('lists publishers with their holes, and what their living workers say of their outboxes', async () => {
      const names = ['whole', 'torn', 'short'].map((word) => unique(word));
      const [whole = '', torn = '', short = ''] = names;
      for (const [publisher_id, sequences] of [
        [whole, [1, 2, 3]],
        [torn, [2, 3, 7]],
        [short, [1, 2]],
      ] as const) {
        await apply(
          ...sequences.map((sequence) => ({
            status: 'RUNNING' as const,
            task_request_id: unique('published'),
            publisher_id,
            sequence,
          })),
        );
      }
      const beat = (publisher_id: string, outbox_depth: number, ageMs: number) => ({
        worker_id: unique('worker'),
        worker_container: 'w',
        publisher_id,
        pid: 1,
        started_at: '2026-01-01T00:00:00Z',
        at_ms: Date.now() - ageMs,
        clock_skew_ms: 0,
        running: [],
        outbox_depth,
        oldest_unacknowledged_ms: 0,
        publishers: [{ publisher_id: short, last_sequence: 5, closed: true }],
      });
      await service.recordHeartbeats([beat(torn, 4, 0), beat(whole, 9, 3_600_000)]);
      const repository = createPublisherRepository(database);
      const list = async (withHoles: boolean) =>
        (await repository.list({ withHoles }, { limit: 100, after: null })).filter(({ publisher_id }) =>
          names.includes(publisher_id),
        );
      const all = await list(false);
      assert.deepEqual(
        all.map((each) => [
          each.publisher_id,
          each.low_water,
          each.highest,
          each.missing,
          each.missing_count,
        ]),
        [
          [short, 2, 2, [[3, 5]], 3],
          [
            torn,
            0,
            7,
            [
              [1, 1],
              [4, 6],
            ],
            4,
          ],
          [whole, 3, 3, [], 0],
        ],
      );
      assert.deepEqual(
        all.map((each) => [each.outbox_depth, each.last_sequence, each.closed_at !== null]),
        [
          [null, 5, true],
          [4, null, false],
          [null, null, false],
        ],
      );
      assert.deepEqual(
        (await list(true)).map(({ publisher_id }) => publisher_id),
        [short, torn],
      );
      assert.equal(await repository.countHoles(), 7);
      const [first] = all;
      const next = await repository.list({ withHoles: false }, { limit: 1, after: first ?? null });
      assert.equal(next[0]?.publisher_id, torn);
    });
  });
}
