/**
 * What a process needs that answers for its health alone: without the API, and without what only the API needs (the
 * framework, the queue, the library of its schemas), which would be a third of the memory of a listener.
 */
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
export { type TokenSettings, tokenAccessOf } from './access/token-access-of.ts';
export { createDatabaseWatch } from './health/database-watch.ts';
export { createPartWatch, type PartReport, type PartWatch } from './health/part-watch.ts';
export type { Readiness, ReadinessSources } from './health/readiness.ts';
export { createHealthServer, type HealthServerOptions } from './health-server.ts';
export type { Problem } from './problem/problem.ts';
export { createStoreUpkeep, type StoreUpkeep, type StoreUpkeepOptions } from './upkeep/store-upkeep.ts';
export type { WebServer } from './web-server.ts';
