import { randomUUID } from 'node:crypto';
import { readSettings } from '@taskwire/protocol';
import { Queue } from 'bullmq';

const settings = readSettings(process.env);

const reports = new Queue('my-reports', { connection: { url: settings.redisUrl } });
const task_request_id = randomUUID();
await reports.add('make_report', { task_request_id, month: 3 }, { attempts: 3, jobId: task_request_id });

console.log(`added ${task_request_id}`);
await reports.close();
