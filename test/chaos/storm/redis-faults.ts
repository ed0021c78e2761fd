import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as lasts } from 'node:timers/promises';
import type { Battlefield } from '../battlefield.ts';
import { cutAof } from '../cut-aof.ts';
import type { Fault, Faults } from './fault.ts';

/** A setting of Redis for as long as the fault lasts. */
const set =
  (name: string, value: string, back: string): Fault =>
  async ({ field }, _at, ms) => {
    await field.redis.command('CONFIG', 'SET', name, value);
    await lasts(ms);
    await field.redis.command('CONFIG', 'SET', name, back);
  };

export const redisFaults: Faults = {
  'kill it and start it with its data': async ({ field }, _at, ms) => {
    await field.redis.kill();
    await lasts(ms);
    await field.redis.start();
  },
  'start it empty': async ({ field }, _at, ms) => {
    await field.redis.wipe();
    await lasts(ms);
    await field.redis.start();
  },
  'cut the tail of its AOF': async ({ field }, at, ms) => {
    const aof = newestAof(field);
    await field.redis.kill();
    cutAof(aof, Math.floor(statSync(aof).size * (0.5 + at / 2)));
    await lasts(ms);
    await field.redis.start();
  },
  'empty it': async ({ field }) => void (await field.redis.command('FLUSHALL')),
  'freeze it': async ({ field }, _at, ms) => {
    field.redis.freeze();
    await lasts(ms * 2);
    field.redis.thaw();
  },
  'make it slow': async ({ field }, at, ms) => {
    const pauses = Math.ceil(5 * at);
    for (let time = 0; time < pauses; time++) {
      await field.redis.command('CLIENT', 'PAUSE', Math.ceil(ms / pauses), 'ALL');
      await lasts(ms / pauses + 50);
    }
  },
  'fill it': set('maxmemory', '1', '0'),
  'forbid it to write': set('min-replicas-to-write', '3', '0'),
  'make it a replica of nobody': async ({ field }, _at, ms) => {
    await field.redis.command('REPLICAOF', '127.0.0.1', '1');
    await lasts(ms);
    await field.redis.command('REPLICAOF', 'NO', 'ONE');
  },
  'have it evict': async ({ field }, _at, ms) => {
    const used = /used_memory:(\d+)/.exec(String(await field.redis.command('INFO', 'memory')))?.[1];
    await field.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
    await field.redis.command('CONFIG', 'SET', 'maxmemory', Number(used) - 10_000);
    await lasts(ms);
    await field.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await field.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  },
  'cut its connections, again and again': async ({ field }, at) => {
    for (let time = 0; time < Math.ceil(10 * at); time++) {
      await field.redis.command('CLIENT', 'KILL', 'TYPE', time % 2 === 0 ? 'normal' : 'pubsub');
      await lasts(50);
    }
  },
  'flush scripts': async ({ field }) => void (await field.redis.command('SCRIPT', 'FLUSH')),
  'delete the consumer group': async ({ field }) => {
    await field.redis
      .command('XGROUP', 'DESTROY', field.names.stream, 'task_status_listeners')
      .catch(() => {});
  },
  'delete the stream': async ({ field }) => void (await field.redis.command('DEL', field.names.stream)),
  'trim the stream': async ({ field }) =>
    void (await field.redis.command('XTRIM', field.names.stream, 'MAXLEN', 0)),
  'delete the acks': async ({ field }) => void (await field.redis.command('DEL', field.names.acks)),
};

function newestAof(field: Battlefield): string {
  const directory = path.join(field.redis.directory, 'appendonlydir');
  const file = readdirSync(directory).find((name) => name.endsWith('.incr.aof'));
  return path.join(directory, file ?? '');
}
