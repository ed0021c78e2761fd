import { setTimeout as lasts } from 'node:timers/promises';
import type { StartedProcess } from '@taskwire/test-harness';
import type { Battlefield } from '../battlefield.ts';

/** What a storm strikes: the battlefield with the processes that run now. A fault puts back what it took away. */
export interface Target {
  readonly field: Battlefield;
  readonly listeners: StartedProcess[];
  readonly publishers: StartedProcess[];
  readonly eventsPerS: number;
}

/** @param at which of several victims, from 0 to 1  @param ms how long it lasts, where it lasts */
type Fault = (target: Target, at: number, ms: number) => Promise<void>;

const pick = (list: readonly unknown[], at: number): number => Math.floor(at * list.length);

const terminateBackends = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'chaos-%'`;

/** Every kind of fault that needs no network namespace, by the words that a schedule is printed in. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'kill a listener': async ({ field, listeners }, at) => {
    const index = pick(listeners, at);
    await listeners[index]?.kill();
    listeners[index] = await field.startListener();
  },
  'stop a listener': async ({ field, listeners }, at) => {
    const index = pick(listeners, at);
    await listeners[index]?.stop();
    listeners[index] = await field.startListener();
  },
  'freeze a listener': async ({ listeners }, at, ms) => {
    const victim = listeners[pick(listeners, at)];
    victim?.freeze();
    await lasts(ms * 2);
    victim?.thaw();
  },
  'kill a worker': async ({ field, publishers, eventsPerS }, at) => {
    const slot = pick(publishers, at);
    await publishers[slot]?.kill();
    publishers[slot] = await field.startPublisher({ slot, eventsPerS });
  },
  'kill Redis and start it with its data': async ({ field }, _at, ms) => {
    await field.redis.kill();
    await lasts(ms);
    await field.redis.start();
  },
  'start Redis empty': async ({ field }, _at, ms) => {
    await field.redis.wipe();
    await lasts(ms);
    await field.redis.start();
  },
  'empty Redis': async ({ field }) => void (await field.redis.command('FLUSHALL')),
  'freeze Redis': async ({ field }, _at, ms) => {
    field.redis.freeze();
    await lasts(ms);
    field.redis.thaw();
  },
  'fill Redis': async ({ field }, _at, ms) => {
    await field.redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await lasts(ms);
    await field.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  },
  'forbid Redis to write': async ({ field }, _at, ms) => {
    await field.redis.command('CONFIG', 'SET', 'min-replicas-to-write', '3');
    await lasts(ms);
    await field.redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
  },
  'cut connections to Redis': async ({ field }, at) => {
    await field.redis.command('CLIENT', 'KILL', 'TYPE', at < 0.5 ? 'normal' : 'pubsub');
  },
  'flush scripts': async ({ field }) => void (await field.redis.command('SCRIPT', 'FLUSH')),
  'delete the consumer group': async ({ field }) => {
    await field.redis
      .command('XGROUP', 'DESTROY', field.names.stream, 'task_status_listeners')
      .catch(() => {});
  },
  'delete the stream': async ({ field }) => void (await field.redis.command('DEL', field.names.stream)),
  'delete the acks': async ({ field }) => void (await field.redis.command('DEL', field.names.acks)),
  'restart PostgreSQL at once': async ({ field }) => field.postgres.restart('immediate'),
  'kill PostgreSQL': async ({ field }, _at, ms) => {
    await field.postgres.kill();
    await lasts(ms);
    await field.postgres.start();
  },
  'freeze PostgreSQL': async ({ field }, _at, ms) => {
    field.postgres.freeze();
    await lasts(ms);
    field.postgres.thaw();
  },
  'cut connections to PostgreSQL': async ({ field }) => void (await field.postgres.query(terminateBackends)),
};
