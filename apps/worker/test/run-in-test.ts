import { createSecretParams, SECRET_PARAMS_BY_DEFAULT, silentLogger } from '@taskwire/protocol';
import { readKeyring } from '../src/certificate/keyring.ts';
import { createTrustStore } from '../src/certificate/trust-store.ts';
import { parseAllowList } from '../src/network/allow-list.ts';
import { createOutboundNetwork, type Resolver, systemResolver } from '../src/network/outbound-network.ts';
import { runTask } from '../src/run-task.ts';
import type { TaskServices } from '../src/task.ts';
import { TASKS } from '../src/tasks/index.ts';

export interface TestRun {
  readonly allow?: readonly string[];
  readonly resolver?: Resolver;
  readonly certificateKeys?: string;
  readonly nowMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: number) => void;
}

/** Services as the process has them, but without the system's roots: tests trust only what they made. */
export const servicesInTest = (options: TestRun = {}): TaskServices => ({
  network: createOutboundNetwork({
    rules: parseAllowList(options.allow ?? []),
    resolver: options.resolver ?? systemResolver,
    logger: silentLogger,
  }),
  keyring: readKeyring({ certificateKeys: options.certificateKeys, certificateKeysFile: undefined }),
  systemTrust: createTrustStore([]),
  secrets: createSecretParams(SECRET_PARAMS_BY_DEFAULT),
  now: () => options.nowMs ?? Date.now(),
});

/** One run of a task by its name. The result has been through JSON, as on its way to the web container. */
export async function runInTest(name: string, parameters: unknown, options: TestRun = {}) {
  const result = await runTask(TASKS.get(name), name, {
    parameters,
    report: options.onProgress ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
    logger: silentLogger,
    services: servicesInTest(options),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into results of nine different shapes
  return JSON.parse(JSON.stringify(result)) as any;
}
