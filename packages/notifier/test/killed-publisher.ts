/**
 * A process that publishes and dies without any end of its own. Arguments: outbox path, number of events, and what to
 * do then: `kill` itself, or `hold` the outbox until it is killed. It writes the event_ids that were accepted.
 */
import { writeSync } from 'node:fs';
import { notifierAt, publishMany } from './notifier-under-test.ts';

const [outboxPath = '', count = '0', then = 'kill'] = process.argv.slice(2);
const notifier = notifierAt(outboxPath);
const ids = publishMany(notifier, Number(count), `process-${process.pid}`);
writeSync(1, `${JSON.stringify({ ids, file: notifier.status().outbox_file })}\n`);
if (then === 'kill') process.kill(process.pid, 'SIGKILL');
else setInterval(() => {}, 1_000);
