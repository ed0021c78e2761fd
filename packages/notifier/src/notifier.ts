import {
  createEventIdSource,
  createService,
  formatTimestamp,
  messageOf,
  type Service,
  SIGNATURE_BYTES_MAX,
  TaskwireError,
} from '@taskwire/protocol';
import { createDelivering, type Delivering } from './delivering.ts';
import { prepareEvent } from './event/event-builder.ts';
import type { EventInput } from './event/event-input.ts';
import { quoted } from './event/json-text.ts';
import { drawHomeShard } from './home-shard.ts';
import { resolveOptions, type TaskStatusNotifierOptions } from './notifier-options.ts';
import { idleStatus, type NotifierStatus } from './notifier-status.ts';
import { createEventKeeper } from './outbox/event-keeper.ts';
import {
  cancelledJobError,
  judgeJobError,
  type ProcessorOptions,
  type QueueJob,
  taskOfJob,
} from './task/bullmq-processor.ts';
import { runTask, type TaskContext, type TaskToRun } from './task/run-task.ts';
import { createRunningTasks } from './task/running-tasks.ts';
import { createPublishTracing } from './tracing/publish-tracing.ts';

/** `durable`: it is on disk, and will reach the database even if the process dies now. */
export type PublishOutcome =
  | {
      readonly accepted: true;
      readonly event_id: string;
      readonly sequence: number;
      readonly durable: boolean;
    }
  | { readonly accepted: false; readonly error: TaskwireError };

export interface FlushOptions {
  readonly timeoutMs: number;
  /** `committed` (default): the database has acknowledged every event. `sent`: each is in the stream. */
  readonly until?: 'committed' | 'sent';
}

/**
 * The worker side of taskwire: takes what tasks say of themselves and sees to it that the database gets it.
 *
 * @example
 * const notifier = createTaskStatusNotifier({ redisUrl, names, workerContainer, outboxPath });
 * await notifier.start();
 * await notifier.run({ task_request_id }, async ({ report }) => { report(0.5); return 42; });
 * await notifier.stop();
 */
export interface TaskStatusNotifier extends Service {
  /**
   * Takes an event, synchronously and without waiting for the network, also before `start()`. Never throws:
   * `accepted: false` carries `event_invalid`, `event_too_large`, `outbox_full`, `outbox_unavailable` or
   * `notifier_stopped`. While the notifier is disabled everything is accepted, with an empty event_id.
   */
  publish(event: EventInput): PublishOutcome;
  /** Runs one attempt of a task and publishes RUNNING, its progress, and SUCCESS or FAILURE. @throws what the work throws */
  run<T>(task: TaskToRun, work: (context: TaskContext) => Promise<T>): Promise<T>;
  /** A processor for BullMQ that does the same, with RETRY for failures that BullMQ will try again. */
  processor<J extends QueueJob, R>(
    handler: (job: J, context: TaskContext) => Promise<R>,
    options?: ProcessorOptions<J>,
  ): (job: J, token?: string, signal?: AbortSignal) => Promise<R>;
  /**
   * @returns whether everything accepted so far got as far as asked for within the time. For `committed` acknowledgements
   * are read once more where Redis is there, so that what a restored database has lost counts as not committed.
   */
  flush(options: FlushOptions): Promise<boolean>;
  status(): NotifierStatus;
}

/** A stopped notifier that refuses for thousands of events says so at most this often. */
const REFUSAL_LOG_INTERVAL_MS = 1_000;

/** @throws TaskwireError `setting_invalid`, naming the option */
export function createTaskStatusNotifier(given: TaskStatusNotifierOptions): TaskStatusNotifier {
  const options = resolveOptions(given);
  const { enabled, logger, clock } = options;
  const elapsedMs = (): number => performance.now();
  const home = drawHomeShard(options.names, options.random);
  const newEventId = createEventIdSource({ now: clock, random: options.random });
  let delivering: Delivering | undefined;
  const running = createRunningTasks(() => delivering?.taskBegan());
  const keeper = createEventKeeper({
    outboxPath: options.outboxPath,
    bytesMax: options.outboxBytesMax,
    fsync: options.outboxFsync,
    ackGraceMs: options.ackGraceMs,
    newPublisherId: home.newPublisherId,
    logger,
    nowMs: clock,
    elapsedMs,
  });
  const builder = {
    workerContainer: quoted(options.workerContainer),
    // An event has to stay within the limit when its signature is added.
    eventBytesMax: options.eventBytesMax - (options.signingKey === undefined ? 0 : SIGNATURE_BYTES_MAX),
    clock,
    newEventId,
  };
  const beginPublish = createPublishTracing();
  let stopped = false;
  let refused = 0;
  let refusalLoggedAtMs = Number.NEGATIVE_INFINITY;

  const refuse = (input: EventInput, error: TaskwireError): PublishOutcome => {
    refused += 1;
    if (elapsedMs() - refusalLoggedAtMs >= REFUSAL_LOG_INTERVAL_MS) {
      refusalLoggedAtMs = elapsedMs();
      logger.error(
        { code: error.code, problem: error.message, task_request_id: input?.task_request_id, refused },
        'an event was not accepted',
      );
    }
    return { accepted: false, error };
  };
  const take = (input: EventInput, traceparent: string | null): PublishOutcome => {
    if (stopped) return refuse(input, new TaskwireError('notifier_stopped', 'the notifier was stopped'));
    const prepared = prepareEvent(input, builder, traceparent);
    if (prepared instanceof TaskwireError) return refuse(input, prepared);
    const kept = keeper.append(prepared.build, input.progress !== undefined);
    if (!kept.kept) return refuse(input, kept.error);
    delivering?.wake();
    return { accepted: true, event_id: kept.event_id, sequence: kept.sequence, durable: kept.durable };
  };
  const publish = (input: EventInput): PublishOutcome => {
    if (!enabled) return { accepted: true, event_id: '', sequence: 0, durable: false };
    try {
      const traced = beginPublish(input);
      const outcome = take(input, traced?.traceparent ?? null);
      traced?.end(outcome.accepted ? undefined : outcome.error);
      return outcome;
    } catch (error) {
      const words = `the event could not be taken: ${messageOf(error)}`;
      return { accepted: false, error: new TaskwireError('outbox_unavailable', words, { cause: error }) };
    }
  };
  const runOptions = {
    publish,
    running,
    elapsedMs,
    timestamp: () => formatTimestamp(Math.floor(clock() * 1000)),
  };

  const service = createService({
    async onStart() {
      if (!enabled) return;
      stopped = false;
      delivering = createDelivering({ ...options, names: home.names, keeper, running, elapsedMs });
      delivering.start();
    },
    async onStop() {
      // Whatever a task says from here on would not be delivered by us; better it is told.
      stopped = true;
      await delivering?.stop();
      delivering = undefined;
      keeper.close();
    },
  });
  /** The outbox may be open without a start: publish() opens it. */
  const stop = async (): Promise<void> => {
    await service.stop();
    if (delivering !== undefined) return;
    stopped = true;
    keeper.close();
  };

  return {
    start: service.start,
    stop,
    [Symbol.asyncDispose]: stop,
    publish,
    run: (task, work) => runTask(task, work, () => 'FAILURE', runOptions),
    processor: (handler, processorOptions) => (job, _token, signal) =>
      runTask(
        taskOfJob(job, signal),
        (context) => handler(job, context),
        (error) => judgeJobError(job, error, processorOptions ?? {}),
        { ...runOptions, thrownWhenCancelled: cancelledJobError },
      ),
    flush: async ({ timeoutMs, until = 'committed' }) =>
      !enabled || (delivering !== undefined && (await delivering.flush(until, timeoutMs))),
    status: () => delivering?.status() ?? idleStatus(enabled, keeper),
  };
}
