import type { QueueBackend } from './queue-backend.ts';

/** Asks one after the other, until one knows the task. */
export function askInTurn(backends: readonly QueueBackend[]): QueueBackend {
  return {
    state: async (taskRequestId) => {
      for (const backend of backends) {
        const answer = await backend.state(taskRequestId);
        if (answer.state !== 'unknown') return answer;
      }
      return { state: 'unknown' };
    },
  };
}
