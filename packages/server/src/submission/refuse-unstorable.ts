import { surveyJson, TaskwireError, unstorableText } from '@taskwire/protocol';

/** As deep as the data of an event may be. */
const DEPTH_MAX = 64;

/** @throws TaskwireError `request_invalid` where parameters cannot be kept exactly as they were given */
export function refuseUnstorable(params: Readonly<Record<string, unknown>>): void {
  const survey = surveyJson(params, DEPTH_MAX);
  const problem = survey.tooDeep
    ? `nested deeper than ${DEPTH_MAX} levels`
    : survey.hasLongNumber
      ? 'a number is beyond 2^53 - 1 and would be rounded; give it as a text'
      : unstorableText(params);
  if (problem !== null) throw new TaskwireError('request_invalid', `params: ${problem}`);
}
