export * from './backoff.ts';
export * from './error.ts';
export * from './event.ts';
export * from './lifecycle.ts';
export * from './logger.ts';
export * from './redis-keys.ts';
export * from './settings/settings.ts';
