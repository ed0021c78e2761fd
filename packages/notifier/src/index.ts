export type { EventInput } from './event/event-input.ts';
export type { LaneName } from './lane.ts';
export {
  createTaskStatusNotifier,
  type FlushOptions,
  type PublishOutcome,
  type TaskStatusNotifier,
} from './notifier.ts';
export type { TaskStatusNotifierOptions } from './notifier-options.ts';
export type { NotifierStatus } from './notifier-status.ts';
export { toNode, type WayToNode } from './redis/to-node.ts';
export { readSigningKey } from './signing-key.ts';
export type { ProcessorOptions, QueueJob } from './task/bullmq-processor.ts';
export type { TaskContext, TaskToRun } from './task/run-task.ts';
