import { type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { CollectedSigns } from '../heartbeats/heartbeat-collector.ts';
import { DecodedEvent } from '../intake/decode-deliveries.ts';
import { Delivery } from '../intake/delivery.ts';
import type { IntakeContext } from '../intake/intake-context.ts';
import { carryThrough } from '../intake/take-in.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { SilentTask, SilentTaskRepository } from '../store/silent-task-repository.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import { correctingEvent } from './correcting-event.ts';
import { type Correction, decide, type ReconcilerLimits, suspect } from './decide.ts';
import type { QueueBackend } from './queue-backend.ts';

/** Twice this after the grace time at the latest a lost task is corrected. */
const LOOK_INTERVAL_MS = 2_000;

/** With very many open tasks looks are rarer, so that they take no more than a twentieth of the time. */
const PAUSE_PER_LOOK = 20;

/** Heartbeats older than this say nothing about now. */
const SIGNS_AGE_MS_MAX = 5_000;

/** With entries this old in the stream, the row may be behind the truth. */
const BACKLOG_MS_MAX = 5_000;

const PAGE = 1_000;

export interface ReconcilerOptions {
  readonly silentTasks: SilentTaskRepository;
  readonly queueBackend: QueueBackend | null;
  readonly limits: ReconcilerLimits;
  readonly signs: () => CollectedSigns | null;
  /** Age of the oldest entry that waits in the stream, ms; null where Redis is away. */
  readonly streamOldestMs: () => number | null;
  readonly intake: IntakeContext;
  readonly leader: Leader;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/**
 * Ends tasks that nobody else will end. The correction is not sent through Redis: it goes the second half of the way
 * of every event, from commit to announcement. It needs no outbox and no sequence, since it follows from the database
 * alone: a correction that gets lost is decided again at the next look.
 */
export function createReconciler(options: ReconcilerOptions): Service {
  /** What the last look suspected: task and the state that it was in. */
  let suspectedBefore = new Set<string>();

  async function work(signal: AbortSignal): Promise<void> {
    suspectedBefore = new Set();
    while (!signal.aborted) {
      const begun = performance.now();
      const hindrance = hindranceNow();
      if (hindrance === null) await look(signal);
      else suspectedBefore = new Set();
      options.health.ok(
        'reconciler',
        hindrance === null ? 'looks after silent tasks' : `waits: ${hindrance}`,
      );
      const pauseMs = Math.max(LOOK_INTERVAL_MS, (performance.now() - begun) * PAUSE_PER_LOOK);
      await pause(pauseMs, signal);
    }
  }

  /** Why nothing may be concluded now; null: nothing speaks against it. */
  function hindranceNow(): string | null {
    const signs = options.signs();
    const oldestMs = options.streamOldestMs();
    const now = performance.now();
    if (signs === null || oldestMs === null || now - signs.collectedAt > SIGNS_AGE_MS_MAX)
      return 'Redis is away';
    // After an absence of Redis the workers get as long as they would get otherwise.
    if (now - signs.unbrokenSince < options.limits.graceMs)
      return 'Redis was away, or this replica leads only just';
    return oldestMs > BACKLOG_MS_MAX ? 'the stream is behind' : null;
  }

  async function look(signal: AbortSignal): Promise<void> {
    const suspectedNow = new Set<string>();
    const silentMs = Math.min(options.limits.graceMs, options.limits.silenceMs);
    for (let after: string | null = null; !signal.aborted; ) {
      const tasks: readonly SilentTask[] = await options.silentTasks.find(silentMs, after, PAGE);
      for (const task of tasks) {
        if (signal.aborted || !options.leader.leads()) return;
        await lookAt(task, suspectedNow, signal);
      }
      const last: SilentTask | undefined = tasks.at(-1);
      if (last === undefined || tasks.length < PAGE) break;
      after = last.task_request_id;
    }
    suspectedBefore = suspectedNow;
  }

  async function lookAt(task: SilentTask, suspectedNow: Set<string>, signal: AbortSignal): Promise<void> {
    const suspicion = suspect(task, options.signs()?.workers ?? [], options.limits);
    if (suspicion === null) return;
    const state = `${task.task_request_id}\n${task.status}\n${task.attempt}\n${task.last_status_update_us}`;
    suspectedNow.add(state);
    if (!suspectedBefore.has(state)) return;
    const correction = await ask(task, suspicion);
    if (correction !== null) await correct(task, correction, signal);
  }

  async function ask(task: SilentTask, suspicion: 'worker_lost' | 'silent'): Promise<Correction | null> {
    try {
      const answer = await options.queueBackend?.state(task.task_request_id);
      return decide(task, suspicion, answer ?? { state: 'unknown' });
    } catch (error) {
      options.logger.warn(
        { err: error, task_request_id: task.task_request_id },
        'The queue could not be asked',
      );
      return null;
    }
  }

  async function correct(task: SilentTask, correction: Correction, signal: AbortSignal): Promise<void> {
    const { intake } = options;
    const event = correctingEvent(task, correction, intake.clock.nowMs(), intake.service.earliestMs());
    const payload = Buffer.from(JSON.stringify({ ...event, data: correction.data }));
    const delivery = Delivery.of('reconciler', event.event_id, payload);
    const batch = { events: [new DecodedEvent(event, delivery)], deadLetters: [] };
    const left = await carryThrough(batch, async () => {}, intake, signal);
    if (left.length > 0) return;
    options.metrics.add('corrections');
    options.logger.warn(
      { task_request_id: task.task_request_id, status: correction.status, ...correction.data },
      'A task that nobody else would end was ended by the reconciler',
    );
  }

  return createSupervisedLoop({
    run: (signal) => {
      if (!options.leader.leads()) options.health.ok('reconciler', 'another replica reconciles');
      return whileLeading(options.leader, signal, work);
    },
    onFailure: (error, restartInMs) => {
      options.metrics.add('part_restarts');
      options.health.report(
        'reconciler',
        'degraded',
        messageOf(error),
        'tasks of lost workers stay as they are',
      );
      options.logger.warn({ err: error, restartInMs }, 'The reconciler failed and is started again');
    },
    random: options.random,
  });
}
