import { createTaskStatusNotifier } from '@taskwire/notifier';
import { readSettings, redisNames } from '@taskwire/protocol';

const settings = readSettings(process.env);
const notifier = createTaskStatusNotifier({
  redisUrl: settings.redisUrl,
  names: redisNames(settings),
  workerContainer: settings.workerContainer,
  outboxPath: settings.outboxPath ?? `${settings.dataDir}/outbox-clean-up.sqlite`,
});
await notifier.start();

const task = { task_request_id: process.argv[2] ?? `clean-up-${Date.now()}`, task_name: 'clean_up' };
try {
  await notifier.run(task, async ({ report }) => {
    const folders = ['uploads', 'thumbnails', 'exports'];
    for (const [index, folder] of folders.entries()) {
      await cleanUp(folder);
      report((index + 1) / folders.length, { folder });
    }
    return { folders: folders.length };
  });
} finally {
  // Waits a moment for the database. What it has not by then is in the outbox, for the next run.
  await notifier.stop();
}

/** What your script is for. */
async function cleanUp(folder: string): Promise<void> {
  console.log(`${folder} is clean`);
}
