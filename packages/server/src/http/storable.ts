import { DATA_DEPTH_MAX, surveyJson, unstorableText } from '@taskwire/protocol';

/** Why nothing of this can be kept, or asked for, in words; null where it can. As deep as data of an event may it be. */
export const storageProblem = (value: unknown): string | null =>
  surveyJson(value, DATA_DEPTH_MAX).tooDeep
    ? `nested deeper than ${DATA_DEPTH_MAX} levels`
    : unstorableText(value);

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
