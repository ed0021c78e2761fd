import { createTaskStatusNotifier } from '@taskwire/notifier';
import { readSettings, redisNames } from '@taskwire/protocol';
import { Worker } from 'bullmq';

const settings = readSettings(process.env);
const notifier = createTaskStatusNotifier({
  redisUrl: settings.redisUrl,
  names: redisNames(settings),
  workerContainer: settings.workerContainer,
  outboxPath: settings.outboxPath ?? `${settings.dataDir}/outbox-reports.sqlite`,
});
await notifier.start();

const makeReport = notifier.processor(async (job, { report, signal }) => {
  for (const page of [1, 2, 3]) {
    signal.throwIfAborted();
    await makePage(job.name, page);
    report(page / 3, { page });
  }
  return { pages: 3 };
});
const worker = new Worker(settings.taskQueue, makeReport, {
  connection: { url: settings.redisUrl, maxRetriesPerRequest: null },
});
worker.on('error', (error) => console.error(error.message));

process.once('SIGTERM', async () => {
  await worker.close();
  await notifier.stop();
});
console.log(`takes tasks from ${settings.taskQueue}`);

/** What your worker is for. */
async function makePage(report: string, page: number): Promise<void> {
  if (report === 'broken_report') throw new Error(`page ${page} has no paper`);
}
