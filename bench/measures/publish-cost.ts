import path from 'node:path';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { prepareBed } from '../bed.ts';
import { type Measure, scaled } from '../figure.ts';
import { quantile } from '../statistics.ts';

/** A worker that publishes so fast still leaves its loop to the sender. */
const BETWEEN_MS = 1;

/** How long publish() keeps a worker: the event is in its outbox on disk when it returns. */
export const publishCost: Measure = {
  name: 'publish-cost',
  about: 'how long publish() keeps the worker that calls it',
  run: async (scale) => {
    await using bed = await prepareBed();
    await using _listener = await bed.startListener();
    const notifier = createTaskStatusNotifier({
      redisUrl: bed.redis.url,
      names: bed.names,
      workerContainer: 'bench',
      outboxPath: path.join(bed.directory, 'outbox-publish-cost.sqlite'),
    });
    await notifier.start();
    try {
      const calls: number[] = [];
      for (let n = 0; n < scaled(5_000, scale, 200); n++) {
        const begun = performance.now();
        const outcome = notifier.publish({
          task_request_id: `cost-${n}`,
          status: 'RUNNING',
          data: { n, cpu_usage: 12.5 },
        });
        calls.push((performance.now() - begun) * 1000);
        if (!outcome.accepted) throw outcome.error;
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      }
      return [
        { name: 'publish(), median', unit: 'µs', value: quantile(calls, 0.5) },
        { name: 'publish(), p99', unit: 'µs', value: quantile(calls, 0.99) },
      ];
    } finally {
      await notifier.stop();
    }
  },
};
