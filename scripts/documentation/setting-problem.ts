import { nearest } from '@taskwire/protocol';
import { SETTINGS } from '../../packages/protocol/src/settings/settings.ts';

const KNOWN = Object.values(SETTINGS).map(({ name }) => name);

/** What is wrong with the name of a setting; null also for names that are no settings of ours. */
export function settingProblem(name: string): string | null {
  if (!/^(TASKWIRE|TASK_STATUS|ENABLE)_/.test(name) || KNOWN.includes(name as (typeof KNOWN)[number]))
    return null;
  return `${name}: no such setting; the nearest is ${nearest(name, KNOWN, name.length)}`;
}
