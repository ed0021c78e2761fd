import { nearest } from '@taskwire/protocol';
import { SETTINGS } from '../../packages/protocol/src/settings/settings.ts';

/** Kubernetes makes variables out of the names of services; a page says why we do not want them. */
const NOT_OURS = new Set(['TASKWIRE_WEB_PORT']);
const KNOWN = Object.values(SETTINGS).map(({ name }) => name);

/** What is wrong with the name of a setting; null also for names that are no settings of ours. */
export function settingProblem(name: string): string | null {
  if (!/^(TASKWIRE|TASK_STATUS|ENABLE)_/.test(name) || NOT_OURS.has(name)) return null;
  if (KNOWN.some((known) => known === name)) return null;
  return `${name}: no such setting; the nearest is ${nearest(name, KNOWN, name.length)}`;
}
