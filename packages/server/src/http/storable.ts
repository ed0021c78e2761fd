import { surveyJson, unstorableText } from '@taskwire/protocol';

/** As deep as the data of an event may be. */
const DEPTH_MAX = 64;

/** Why nothing of this can be kept, or asked for, in words; null where it can. */
export const storageProblem = (value: unknown): string | null =>
  surveyJson(value, DEPTH_MAX).tooDeep ? `nested deeper than ${DEPTH_MAX} levels` : unstorableText(value);

/** The same of a whole request, with the place: before anything looks at it that follows every level. */
export function requestStorageProblem(request: unknown): string | null {
  const members =
    typeof request === 'object' && request !== null && !Array.isArray(request)
      ? Object.entries(request)
      : [['the request', request] as const];
  for (const [name, member] of members) {
    const problem = storageProblem(member) ?? unstorableText(name);
    if (problem !== null) return `${name.toWellFormed()}: ${problem}`;
  }
  return null;
}
