import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type StartedProcess, startProgram } from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { type CommandEnvironment, run } from './command-bed.ts';

const START = fileURLToPath(new URL('../../../deploy/redis/start.sh', import.meta.url));

export type UserName = 'worker' | 'web' | 'listener' | 'producer' | 'reader' | 'admin';
const USERS: readonly UserName[] = ['worker', 'web', 'listener', 'producer', 'reader', 'admin'];

/** A Redis as deploy/redis starts it, with all its users. */
export interface SecuredRedis extends AsyncDisposable {
  /** REDIS_URL of a role, by a host name of this machine. */
  urlOf(user: UserName, host?: string): string;
  /** One command as a user; what it throws is what the server says. */
  as(user: UserName, name: string, ...commandArguments: readonly (string | number)[]): Promise<unknown>;
  /** What users were refused so far, such as `taskwire-worker: flushall`. */
  refusals(): Promise<readonly string[]>;
}

export interface SecuredRedisOptions {
  /** Whose names the rights are for. */
  readonly env: CommandEnvironment;
  /** Folder for REDIS_TLS. */
  readonly tls?: string;
}

/** @throws Error with what it said, where it does not start */
export async function startSecuredRedis({ env, tls }: SecuredRedisOptions): Promise<SecuredRedis> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-redis-'));
  const passwords = path.join(directory, 'passwords');
  const users = path.join(directory, 'users.acl');
  const password = randomBytes(24).toString('hex');
  const port = await freePort();
  mkdirSync(passwords);
  for (const user of USERS) writeFileSync(path.join(passwords, `taskwire-${user}`), `${password}\n`);
  writeFileSync(users, `${(await run(env, 'redis-users')).output}\n`);
  chmodSync(users, 0o400);
  const settings = {
    REDIS_PASSWORDS: passwords,
    REDIS_USERS: users,
    REDIS_PORT: String(port),
    ...(tls === undefined ? {} : { REDIS_TLS: tls }),
  };
  let server: StartedProcess | undefined;
  const end = async () => {
    await server?.[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const socket = path.join(directory, 'redis.sock');
    server = await startProgram('sh', [START, '--dir', directory, '--unixsocket', socket, '--save', ''], {
      env: settings,
    });
    await server.waitForLine(/Ready to accept connections/);
    const as: SecuredRedis['as'] = async (user, name, ...commandArguments) => {
      const client = new Redis({
        path: socket,
        username: `taskwire-${user}`,
        password,
        protocol: 2,
        disableClientInfo: true,
        lazyConnect: true,
        retryStrategy: () => null,
      });
      client.on('error', () => {}); // The awaited call below throws it.
      try {
        await client.connect();
        return await client.call(name, ...commandArguments);
      } finally {
        client.disconnect();
      }
    };
    const scheme = tls === undefined ? 'redis' : 'rediss';
    return {
      urlOf: (user, host = '127.0.0.1') => `${scheme}://taskwire-${user}:${password}@${host}:${port}`,
      as,
      refusals: async () => {
        const entries = (await as('admin', 'ACL', 'LOG')) as readonly (readonly unknown[])[];
        return entries.map((entry) => {
          const of = (field: string) => String(entry[entry.indexOf(field) + 1]);
          return `${of('username')}: ${of('object')} (${of('context')})`;
        });
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
