export {
  type Access,
  type AccessRequest,
  createOpenAccess,
  createTokenAccess,
  type Identity,
  type Session,
} from './access/access.ts';
export { type AccessToken, readAccessTokens } from './access/access-token.ts';
export { isLoopback, refuseOpenListening } from './access/loopback.ts';
export type { Actor, Role, RouteRole } from './access/role.ts';
export { createDatabaseWatch } from './health/database-watch.ts';
export { createPartWatch, type PartReport, type PartWatch } from './health/part-watch.ts';
export type { Readiness, ReadinessSources } from './health/readiness.ts';
export { pageContentSecurityPolicy } from './http/security-headers.ts';
export type { Problem } from './problem/problem.ts';
export type { KnownTask } from './routes/overview-routes.ts';
export { createTaskDispatcher, type TaskDispatcher } from './submission/task-dispatcher.ts';
export { createTaskQueue, type TaskQueue } from './submission/task-queue.ts';
export { type TaskwireServerOptions, taskwireHealth, taskwireServer } from './taskwire-server.ts';
export { createWebServer, type WebServer, type WebServerOptions } from './web-server.ts';
