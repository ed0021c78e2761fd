/** The tasks that this process runs now, for its heartbeat. The same task may run more than once at a time. */
export interface RunningTasks {
  readonly ids: readonly string[];
  /** @returns what ends it */
  begin(taskRequestId: string): () => void;
}

export function createRunningTasks(): RunningTasks {
  const runs = new Map<string, number>();
  return {
    get ids() {
      return [...runs.keys()];
    },
    begin(taskRequestId) {
      runs.set(taskRequestId, (runs.get(taskRequestId) ?? 0) + 1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (runs.get(taskRequestId) ?? 1) - 1;
        if (left === 0) runs.delete(taskRequestId);
        else runs.set(taskRequestId, left);
      };
    },
  };
}
