import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { percentilesOf } from '../src/stats/latency-histogram.ts';
import { createTaskStats } from '../src/stats/task-stats.ts';
import type { Database } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { createStatsRepository } from '../src/store/stats-repository.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { buildEvent } from './build-event.ts';

/** How every database keeps figures over time; run over PostgreSQL and over PGlite. */
export function statsConformance(kind: string, open: () => Promise<Database>): void {
  describe(`figures over time on ${kind}`, () => {
    let database: Database;
    let service: TaskStatusService;

    before(async () => {
      database = await open();
      await migrate(database);
      service = createTaskStatusService(database);
    });
    after(() => database.close());

    it('adds up what all replicas counted, in steps, with empty ones between', async () => {
      const beginMs = Math.floor(Date.now() / 600_000) * 600_000;
      for (const [replica, latencyMs] of [
        ['a', 10],
        ['b', 1_000],
      ] as const) {
        let now = beginMs;
        const stats = createTaskStats(() => now);
        const count = (status: 'RUNNING' | 'FAILURE') => {
          const event = buildEvent({
            status,
            event_time_us: (now - latencyMs) * 1000,
            data: { execution_time: 2 },
          });
          stats.event(event, now);
        };
        count('RUNNING');
        stats.commitTook(4);
        await service.recordStats(replica, stats.pending());
        count('FAILURE');
        stats.deadLetter();
        now += 45_000;
        count('RUNNING');
        await service.recordStats(replica, stats.pending());
        await service.recordStats(replica, stats.pending());
      }
      const { series } = createStatsRepository(database);
      const span = { from_ms: beginMs - 20_000, to_ms: beginMs + 60_000, step_s: 20 };
      const points = await series(span);
      assert.deepEqual(
        points.map((point) => [
          (point.at_ms - beginMs) / 1000,
          point.by_status.RUNNING,
          point.by_status.FAILURE,
          point.dead_letters,
        ]),
        [
          [-20, 0, 0, 0],
          [0, 2, 2, 2],
          [20, 0, 0, 0],
          [40, 2, 0, 0],
        ],
      );
      const [empty, full] = points;
      assert.equal(percentilesOf(empty?.delivery_latency ?? []), null);
      const delivery = percentilesOf(full?.delivery_latency ?? []);
      assert.ok(delivery !== null && delivery.p50 < 15 && delivery.p99 > 700 && delivery.p99 < 1_450);
      const run = percentilesOf(full?.run_duration ?? []);
      assert.ok(run !== null && run.p50 > 1_400 && run.p50 < 2_900, `${run?.p50}`);
      const [wide] = await series({ from_ms: beginMs, to_ms: beginMs + 600_000, step_s: 600 });
      assert.deepEqual([wide?.by_status.RUNNING, wide?.by_status.FAILURE], [4, 2]);
    });

    it('forgets narrow figures after a day, and wide ones after a month', async () => {
      const spans = [
        [10, 0.5],
        [10, 2],
        [300, 2],
        [300, 40],
      ] as const;
      const rows = spans.map(([width_s, days]) => ({
        width_s,
        at_ms: Math.floor((Date.now() - days * 86_400_000) / 300_000) * 300_000,
        by_status: [1],
        dead_letters: 0,
        commit_latency: [],
        delivery_latency: [],
        run_duration: [],
      }));
      await service.recordStats('old', rows);
      assert.equal(await service.collect(), 2);
      const left = await database.query<{ width_s: number }>({
        name: '',
        sql: `SELECT width_s FROM task_stats WHERE replica = 'old' ORDER BY width_s`,
      });
      assert.deepEqual(
        left.map(({ width_s }) => width_s),
        [10, 300],
      );
    });
  });
}
