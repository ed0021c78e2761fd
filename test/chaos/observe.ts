import type { ListenerHealth, ListenerMetrics } from '@taskwire/listener';
import type { NotifierStatus } from '@taskwire/notifier';
import { type StartedProcess, waitUntil } from '@taskwire/test-harness';
import { PATIENCE_MS } from './patience.ts';

/** What a listener replica says of itself. */
export interface ListenerView {
  readonly health: ListenerHealth;
  readonly metrics: ListenerMetrics;
}

/** What a publisher says of itself. */
export interface PublisherView extends NotifierStatus {
  /** How long publish() took, over the last some hundred calls. */
  readonly publish_ms_median: number;
}

/** Asks a listener of load/listener-main.ts; it has to be thawed. */
export const observeListener = (listener: StartedProcess): Promise<ListenerView> =>
  observe<ListenerView>(listener);

/** Asks a publisher of load/publisher-main.ts; it has to be thawed. */
export const observePublisher = (publisher: StartedProcess): Promise<PublisherView> =>
  observe<PublisherView>(publisher);

/** Answers {@link observeListener} and {@link observePublisher}; called once by the process that is observed. */
export function answerObservers(view: () => unknown): void {
  process.on('SIGUSR2', () => console.log(`observed ${JSON.stringify(view())}`));
}

const ANSWER = /^observed (.+)\n/gm;

/** Asks a process that calls {@link answerObservers}; it has to be thawed. */
export async function observe<View>(observed: StartedProcess): Promise<View> {
  const answers = () => [...observed.output().matchAll(ANSWER)];
  const known = answers().length;
  process.kill(observed.pid, 'SIGUSR2');
  const answer = await waitUntil(() => answers()[known], {
    what: `an answer of process ${observed.pid}`,
    timeoutMs: PATIENCE_MS,
  });
  return JSON.parse(answer[1] ?? '') as View;
}

/** Waits until `observe` sees what satisfies `wish`, and returns that. */
export async function waitToSee<View>(
  observe: () => Promise<View>,
  wish: (view: View) => boolean,
  what: string,
  timeoutMs = PATIENCE_MS,
): Promise<View> {
  let seen: View | undefined;
  const found = await waitUntil(
    async () => {
      const view = await observe();
      seen = view;
      return wish(view) && { view };
    },
    { what, timeoutMs, pollMs: 50 },
  ).catch((cause: unknown) => {
    throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${JSON.stringify(seen)}`, { cause });
  });
  return found.view;
}

/** A publisher says nothing more until {@link goOn}; returns when the database has all that it has published. */
export async function rest(worker: StartedProcess): Promise<void> {
  process.kill(worker.pid, 'SIGUSR1');
  await waitToSee(
    () => observePublisher(worker),
    ({ unacknowledged }) => unacknowledged === 0,
    'a worker without anything unacknowledged',
  );
}

export const goOn = (worker: StartedProcess): boolean => process.kill(worker.pid, 'SIGUSR1');
