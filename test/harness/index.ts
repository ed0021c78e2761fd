/**
 * What service, end-to-end and chaos tests are built of: real Redis and PostgreSQL servers of their own or of the
 * run, taskwire processes, and one way to wait. Everything started here ends with the process that started it.
 */
export * from './certificate-builder.ts';
export * from './divided-network.ts';
export * from './fail-on-leaks.ts';
export { freePort } from './free-port.ts';
export { chromiumForTests, pythonForTests } from './installed-programs.ts';
export * from './otlp-receiver.ts';
export * from './postgres-server.ts';
export * from './read-flags.ts';
export * from './redis-cluster.ts';
export * from './redis-names.ts';
export * from './redis-sentinel.ts';
export * from './redis-server.ts';
export * from './shared-services.ts';
export * from './start-process.ts';
export * from './stream-events.ts';
export * from './wait-until.ts';
