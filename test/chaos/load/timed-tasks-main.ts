import { createHash } from 'node:crypto';
import { setTimeout as lasts } from 'node:timers/promises';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import type { RedisNames } from '@taskwire/protocol';
import { answerObservers } from '../observe.ts';

/** The first argument, as JSON. */
export interface TimedTasksConfig {
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly workerContainer: string;
  readonly outboxPath: string;
}

/** How long tasks took, since the last SIGUSR1. */
export interface TimedTasksView {
  readonly tasks: number;
  /** From before the notifier was called for RUNNING until it had the result. */
  readonly ms_median: number;
  readonly ms_p95: number;
}

/** So much work for the processor in each task, and so long a wait. */
const HASHES = 200;
const WAIT_MS = 5;

/** A worker that runs one task after the other, all alike, and knows how long each took. */
const config = JSON.parse(process.argv[2] ?? '') as TimedTasksConfig;
const notifier = createTaskStatusNotifier(config);
let tookMs: number[] = [];
process.on('SIGUSR1', () => {
  tookMs = [];
});
const quantile = (share: number): number =>
  Math.round((tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * share)] ?? 0) * 1_000) / 1_000;
answerObservers(
  () => ({ tasks: tookMs.length, ms_median: quantile(0.5), ms_p95: quantile(0.95) }) satisfies TimedTasksView,
);
await notifier.start();
console.log('running');
for (let number = 0; ; number++) {
  const begun = performance.now();
  await notifier.run({ task_request_id: `${config.workerContainer}-${number}` }, work);
  tookMs.push(performance.now() - begun);
}

async function work(): Promise<string> {
  let digest = '';
  for (let i = 0; i < HASHES; i++) digest = createHash('sha256').update(digest).digest('hex');
  await lasts(WAIT_MS);
  return digest;
}
