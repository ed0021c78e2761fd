export type { WhoAsks } from './access/application-access.ts';
export type { ChangesOptions, LiveChange } from './embedding/changes.ts';
export type { NodeHandler } from './embedding/node-handler.ts';
export {
  createTaskwire,
  createTaskwireOf,
  type HandlerOptions,
  type MountOptions,
  type Taskwire,
  type TaskwireOptions,
  type TaskwireWishes,
} from './embedding/taskwire.ts';
export * from './health.ts';
export { pageContentSecurityPolicy } from './http/security-headers.ts';
export { createLiveUpdates, type LiveUpdates, type LiveUpdatesOptions } from './live/live-updates.ts';
export type { KnownTask } from './routes/overview-routes.ts';
export { createTaskDispatcher, type TaskDispatcher } from './submission/task-dispatcher.ts';
export { createTaskQueue, type TaskQueue } from './submission/task-queue.ts';
export { type TaskwireServerOptions, taskwireServer } from './taskwire-server.ts';
export { createWebServer, type WebServerOptions } from './web-server.ts';
