import { existsSync } from 'node:fs';
import path from 'node:path';
import { lockDirectory } from '@taskwire/listener';
import { readSettings, type Settings } from '@taskwire/protocol';
import type { Environment } from '../command-line/command.ts';
import { readUpAddress } from '../up/up-address.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { createLocalApi } from './local-api.ts';

export interface WithApiOptions {
  /** Ends what is under way. */
  readonly signal?: AbortSignal;
  /** Whether something is to be changed. */
  readonly writes?: boolean;
}

/**
 * Calls `work` with the API that the settings lead to: the web process that TASKWIRE_API_URL names; or the API within this
 * process, over the database that DATABASE_URL names; or the `taskwire up` of this folder. Decision 7 says why in this
 * order. @throws TaskwireError
 */
export async function withApi<T>(
  env: Environment,
  work: (api: ApiClient) => Promise<T>,
  { signal, writes = false }: WithApiOptions = {},
): Promise<T> {
  const settings = readSettings(env);
  const options = signal === undefined ? {} : { signal };
  if (settings.apiUrl !== undefined) {
    const advice = 'see whether it runs and TASKWIRE_API_URL names it';
    return work(createApiClient({ ...options, url: settings.apiUrl, token: settings.token, advice }));
  }
  if (settings.databaseUrl === undefined && !(await isEmbeddedDatabaseFree(settings))) {
    const advice =
      'start it (npm start, taskwire up), or set TASKWIRE_API_URL, or DATABASE_URL and REDIS_URL';
    return work(createApiClient({ ...options, url: addressOf(settings), token: settings.token, advice }));
  }
  const local = await createLocalApi(settings, { writes });
  try {
    await local.start();
    return await work(createApiClient({ ...options, url: local.url(), token: local.token, advice: '' }));
  } finally {
    await local.stop();
  }
}

/** Where a web process with these settings is, by what it left behind or by its settings. */
function addressOf(settings: Pick<Settings, 'dataDir' | 'host' | 'port'>): string {
  const running = readUpAddress(path.resolve(settings.dataDir));
  if (running !== null) return running.url;
  const host = /^(0\.0\.0\.0|::)$/.test(settings.host) ? '127.0.0.1' : settings.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${settings.port}`;
}

/** There is one, and no process has it open: a web process that was stopped left it. */
async function isEmbeddedDatabaseFree(settings: Pick<Settings, 'dataDir'>): Promise<boolean> {
  const dataDir = path.resolve(settings.dataDir);
  if (!existsSync(path.join(dataDir, 'database'))) return false;
  const lock = await lockDirectory(dataDir, 'database.lock', 0).catch(() => undefined);
  lock?.release();
  return lock !== undefined;
}
