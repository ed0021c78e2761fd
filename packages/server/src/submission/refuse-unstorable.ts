import { DATA_DEPTH_MAX, surveyJson, TaskwireError } from '@taskwire/protocol';
import { storageProblem } from '../http/storable.ts';

/** @throws TaskwireError `request_invalid` where parameters cannot be kept exactly as they were given */
export function refuseUnstorable(params: Readonly<Record<string, unknown>>): void {
  const problem =
    storageProblem(params) ??
    (surveyJson(params, DATA_DEPTH_MAX).hasLongNumber
      ? 'a number is beyond 2^53 - 1 and would be rounded; give it as a text'
      : null);
  if (problem !== null) throw new TaskwireError('request_invalid', `params: ${problem}`);
}
