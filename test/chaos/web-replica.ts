import { type StartedProcess, startProcess, waitUntil } from '@taskwire/test-harness';
import type { Battlefield } from './battlefield.ts';
import { PATIENCE_MS } from './patience.ts';

const MAIN = new URL('../../packages/taskwire/src/main.ts', import.meta.url);

/** A web container: listener, API and live updates, as the product starts it. */
export interface WebReplica {
  readonly process: StartedProcess;
  readonly url: string;
}

/** Returns when it is ready; whoever starts it disposes it. */
export async function startWebReplica(field: Battlefield): Promise<WebReplica> {
  const process = await startProcess(MAIN, {
    arguments: ['web'],
    env: {
      REDIS_URL: field.redis.url,
      DATABASE_URL: field.databaseUrl,
      PORT: '0',
      TASKWIRE_CLAIM_IDLE_MS: '1000',
    },
  });
  const [, url = ''] = await process.waitForLine(/"url":"([^"]+)"/, PATIENCE_MS);
  await waitUntil(async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok === true, {
    what: 'a replica that is ready',
    timeoutMs: PATIENCE_MS,
  });
  return { process, url };
}
