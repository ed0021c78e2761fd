/** A field of the event as far as naming a problem needs it; see event-checks.ts. */
export interface EventField {
  readonly name: string;
  readonly required: boolean;
  /** Follows "expected": the description in the schema. */
  readonly expected: string;
  readonly isValid: (value: unknown) => boolean;
}

const SHOWN_LENGTH_MAX = 80;

/** The first problem in words: which field, what was expected, what was there. All that are missing are one problem. */
export function fieldProblem(
  fields: readonly EventField[],
  value: Readonly<Record<string, unknown>>,
): string {
  const missing = fields.filter(({ name, required }) => required && !(name in value));
  if (missing.length > 0) return `${missing.map(({ name }) => name).join(', ')}: missing`;
  const wrong = fields.find(({ name, isValid }) => name in value && !isValid(value[name]));
  if (wrong === undefined) return 'not an event';
  return `${wrong.name}: expected ${wrong.expected}, got ${shown(value[wrong.name])}`;
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
