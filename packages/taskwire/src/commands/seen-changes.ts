import type { LiveChange } from '../client/live-changes.ts';

/** What has been shown: a change may come twice, and after a gap everything is looked at again. */
export interface SeenChanges {
  /** Whether it says something that was not shown; remembers it. */
  isNew(change: LiveChange): boolean;
  /** `last_status_update` of the newest one so far, or of the beginning. */
  newestTime(): string;
}

/** The tasks of some minutes; older ones do not change any more, as a rule. */
const REMEMBERED_MAX = 50_000;

export function createSeenChanges(begin: string = new Date().toISOString()): SeenChanges {
  const shown = new Map<string, LiveChange>();
  let newest = begin;
  return {
    newestTime: () => newest,
    isNew: (change) => {
      const before = shown.get(change.task_request_id);
      if (before !== undefined && !saysMore(change, before)) return false;
      // To the end of the line of those that are forgotten first.
      shown.delete(change.task_request_id);
      shown.set(change.task_request_id, change);
      if (shown.size > REMEMBERED_MAX) shown.delete(shown.keys().next().value ?? '');
      if (change.last_status_update > newest) newest = change.last_status_update;
      return true;
    },
  };
}

function saysMore(change: LiveChange, before: LiveChange): boolean {
  if (change.revision !== undefined && before.revision !== undefined)
    return change.revision > before.revision;
  // One of them was read from the list of tasks, which tells no revision.
  return (
    change.status !== before.status ||
    change.attempt !== before.attempt ||
    change.progress !== before.progress ||
    change.last_status_update !== before.last_status_update
  );
}
