import { startProcess } from '@taskwire/test-harness';
import { PATIENCE_MS, prepareBed } from '../bed.ts';
import { type Measure, scaled } from '../figure.ts';
import type { ManyOpenTasksConfig } from '../many-open-tasks-main.ts';
import { readProcessUsage } from '../process-usage.ts';

const PROCESSES = 2;
const TASKS_EACH = 100;

/** 1,000 publishers with 100 running tasks each: 100,000 tasks that have begun and not ended. */
export const many: Measure = {
  name: 'many',
  about: '1,000 publishers, 100,000 tasks open at the same time',
  run: async (scale) => {
    const publishers = scaled(1_000, scale, 10);
    await using bed = await prepareBed();
    await using listener = await bed.startListener();
    const begun = performance.now();
    const started = await Promise.all(
      Array.from({ length: PROCESSES }, (_, index) => {
        const config: ManyOpenTasksConfig = {
          redisUrl: bed.redis.url,
          names: bed.names,
          directory: bed.directory,
          label: `many-${index}`,
          publishers: publishers / PROCESSES,
          tasksEach: TASKS_EACH,
        };
        return startProcess(new URL('../many-open-tasks-main.ts', import.meta.url), {
          arguments: [JSON.stringify(config)],
        });
      }),
    );
    const acknowledged = await Promise.all(
      started.map(async (each) =>
        Number((await each.waitForLine(/^acknowledged (\d+)$/, PATIENCE_MS))[1] ?? 0),
      ),
    );
    const elapsedS = (performance.now() - begun) / 1000;
    const [open] = await bed.query<{ tasks: number }>(
      `SELECT count(*)::integer AS tasks FROM task_requests WHERE status = 'RUNNING'`,
    );
    for (const each of started) await each.exited;
    return [
      { name: 'publishers served', unit: '', value: acknowledged.reduce((sum, count) => sum + count, 0) },
      { name: 'tasks open', unit: '', value: open?.tasks ?? 0 },
      { name: 'until all is acknowledged', unit: 's', value: elapsedS },
      {
        name: 'listener, resident at most',
        unit: 'MiB',
        value: readProcessUsage(listener.pid).rssPeakMib,
      },
    ];
  },
};
