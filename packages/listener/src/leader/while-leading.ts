import type { Leader } from './leader.ts';

/** Waits until this replica leads, and works until it does not lead any more or `signal` is aborted. */
export async function whileLeading(
  leader: Leader,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const term = await leader.nextTerm(signal);
  if (signal.aborted) return;
  await work(AbortSignal.any([signal, term]));
}
