import type { TObject, TSchema } from 'typebox';
import { Code } from 'typebox/compile';
import { EventV0Schema, EventV1Schema, TaskRequestIdSchema } from '../src/event-schema.ts';

/**
 * The source of src/event-checks.ts: what typebox would compile at each start, written down. A process that only wants
 * to know whether an event is one need not load typebox for it, which takes a third of a second of CPU and 30 MB.
 */
export function eventChecksSource(): string {
  const patterns = new Map<string, string>();
  const v0 = fieldsSource(EventV0Schema, patterns);
  const v1 = fieldsSource(EventV1Schema, patterns);
  const checks = [
    checkSource('isTaskRequestIdForm', 'string', TaskRequestIdSchema, patterns),
    checkSource('isEventV0', 'EventV0', EventV0Schema, patterns),
    checkSource('isEventV1', 'EventV1', EventV1Schema, patterns),
  ];
  return [
    '// @ts-nocheck',
    '// Generated from event-schema.ts by `npm run generate`.',
    "import { codePoints } from './code-points.ts';",
    "import type { EventV0, EventV1 } from './event-schema.ts';",
    "import type { EventField } from './field-problem.ts';",
    '',
    ...[...patterns].map(([pattern, name]) => `const ${name} = ${pattern};`),
    '',
    ...checks,
    '/** For the words of a refusal, in the order of the schema. */',
    `export const EVENT_V0_FIELDS: readonly EventField[] = [${v0}];`,
    `export const EVENT_V1_FIELDS: readonly EventField[] = [${v1}];`,
    '',
  ].join('\n');
}

const checkSource = (name: string, type: string, schema: TSchema, patterns: Map<string, string>): string =>
  `export const ${name} = (value: unknown): value is ${type} =>\n${expressionOf(schema, patterns)};\n`;

function fieldsSource(schema: TObject, patterns: Map<string, string>): string {
  const required = new Set<string>(schema.required);
  return Object.entries(schema.properties)
    .map(([name, field]) => {
      const { description } = field as { readonly description?: string };
      return `{ name: '${name}', required: ${required.has(name)}, expected: ${JSON.stringify(description)},
        isValid: (value) => ${expressionOf(field, patterns)} },`;
    })
    .join('\n');
}

/** The one function that typebox makes of a schema without references, as an expression over `value`. */
function expressionOf(schema: TSchema, patterns: Map<string, string>): string {
  const { Code: source, External } = Code(schema);
  const [expression, ...others] = [...source.matchAll(/^const check_\d+ = \(\(value\) => (.+)\);$/gm)];
  if (expression?.[1] === undefined || others.length > 0) throw new Error(`not one function: ${source}`);
  return expression[1]
    .replaceAll(/External\[(\d+)\]/g, (_, index) => nameOf(External.variables[Number(index)], patterns))
    .replaceAll('Guard.CodePointCount', 'codePoints');
}

function nameOf(pattern: unknown, patterns: Map<string, string>): string {
  if (!(pattern instanceof RegExp)) throw new Error(`not a pattern: ${String(pattern)}`);
  const source = String(pattern);
  const name = patterns.get(source) ?? `PATTERN_${patterns.size + 1}`;
  patterns.set(source, name);
  return name;
}
