/** A JSON Schema of an object, as far as naming a problem needs it. */
interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
}

/** One problem as the validator reports it. */
interface SchemaProblem {
  readonly instancePath: string;
  readonly message: string;
  readonly keyword: string;
  readonly params: object;
}

const SHOWN_LENGTH_MAX = 80;

/** The first problem in words: which field, what was expected (its description in the schema), what was there. */
export function fieldProblem(
  schema: ObjectSchema,
  problems: readonly SchemaProblem[],
  value: Readonly<Record<string, unknown>>,
): string {
  const problem = problems[0];
  if (problem === undefined) return 'not an event';
  if (problem.keyword === 'required') {
    const { requiredProperties = [] } = problem.params as { requiredProperties?: readonly string[] };
    return `${requiredProperties.join(', ')}: missing`;
  }
  const field = problem.instancePath.split('/')[1] ?? '';
  const { description } = (schema.properties[field] ?? {}) as { readonly description?: string };
  return `${field}: expected ${description ?? problem.message}, got ${shown(value[field])}`;
}

/** A value as it may stand in one line of a log or a dead letter: short, quoted, escaped. */
export function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && !JSON.isRawJSON(value)) return 'an object';
  const isLong = typeof value === 'string' && value.length > SHOWN_LENGTH_MAX;
  const text = JSON.stringify(isLong ? value.slice(0, SHOWN_LENGTH_MAX) : value) ?? String(value);
  return isLong || text.length > SHOWN_LENGTH_MAX
    ? `${text.slice(0, SHOWN_LENGTH_MAX - 3).toWellFormed()}...`
    : text;
}
