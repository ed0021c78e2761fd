import type { JsonSchema } from '../../packages/server/test/api-document.ts';
import type { Draw } from './draw.ts';
import { hostileJson } from './hostile-values.ts';

/** Texts of which at least one fits every pattern of the API. */
const TEXTS = [
  'tasks.web.system.analyze_resources',
  'secretflow-worker',
  'fuzz',
  '任务 一',
  '😀',
  "O'Brien % _ \\",
  '0199d3f2-7c1e-7a44-8f0b-2d6c9a51e0b7',
  'publisher-1',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '2026-01-01T10:00:00.123456Z',
  '2026-11-24T09:00:00+02:00',
  '1970-01-01T00:00:00Z',
] as const;

/** A value that the schema accepts, as far as can be told from it. */
export function drawValid(
  schema: JsonSchema,
  schemas: Readonly<Record<string, object>>,
  draw: Draw,
): unknown {
  const inner = (part: unknown): unknown => drawValid(part as JsonSchema, schemas, draw);
  const { $ref, anyOf, oneOf, type, properties, items } = schema;
  if (typeof $ref === 'string') return inner(schemas[$ref.split('/').at(-1) ?? '']);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return draw.pickAny(schema.enum);
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return inner(draw.pickAny(choices));
  const bound = (name: string, otherwise: number): number => Number(schema[name] ?? otherwise);
  switch (type) {
    case 'object': {
      if (properties === undefined) return drawAnything(draw, 2);
      const required = new Set((schema.required ?? []) as readonly string[]);
      const members = Object.entries(properties as object).filter(
        ([name]) => required.has(name) || draw.chance(0.4),
      );
      return Object.fromEntries(members.map(([name, member]) => [name, inner(member)]));
    }
    case 'array': {
      const length = draw.integer(
        bound('minItems', 0),
        Math.min(bound('maxItems', 4), bound('minItems', 0) + 3),
      );
      return Array.from({ length }, () => inner(items));
    }
    case 'integer': {
      const [min, max, step] = [bound('minimum', 0), bound('maximum', 1_000), bound('multipleOf', 1)];
      const value = draw.chance(0.3) ? draw.pick([min, max]) : draw.integer(min, Math.min(max, min + 500));
      return Math.floor(value / step) * step;
    }
    case 'number':
      return draw.pick([bound('minimum', 0), bound('maximum', 1), 0.5]);
    case 'boolean':
      return draw.chance(0.5);
    case 'null':
      return null;
    case 'string': {
      const pattern = new RegExp(String(schema.pattern ?? ''), 'u');
      return draw.pickAny(TEXTS.filter((text) => pattern.test(text))) ?? '';
    }
    default:
      return drawAnything(draw, 1);
  }
}

function drawAnything(draw: Draw, depth: number): unknown {
  if (depth === 0) return draw.pick([null, true, 1, -2.5, 'text', '任务', '']);
  const length = draw.integer(0, 3);
  return Object.fromEntries(
    Array.from({ length }, (_, index) => [`member ${index}`, drawAnything(draw, depth - 1)]),
  );
}

/** The same as JSON, with one thing changed: something left out, put in, or replaced by something hostile. */
export function spoiledJson(value: unknown, draw: Draw): string {
  if (typeof value !== 'object' || value === null || draw.chance(0.15)) return hostileJson(draw);
  const members = Object.entries(value);
  const [name, member] = draw.pickAny(members) ?? ['task_name', undefined];
  const rest = members.filter(([other]) => other !== name);
  const way = draw.pick(['leave out', 'replace', 'replace', 'within', 'within', 'add', 'twice']);
  const changed =
    way === 'leave out'
      ? []
      : way === 'replace'
        ? [hostileJson(draw)]
        : way === 'within'
          ? [spoiledJson(member, draw)]
          : way === 'twice'
            ? [JSON.stringify(member) ?? 'null', hostileJson(draw)]
            : [JSON.stringify(member) ?? 'null'];
  if (Array.isArray(value)) {
    return `[${[...rest.map(([, other]) => JSON.stringify(other)), ...changed].join(',')}]`;
  }
  const added =
    way === 'add'
      ? [`${JSON.stringify(draw.pick(['__proto__', 'unknown', '', 'ID']))}:${hostileJson(draw)}`]
      : [];
  return `{${[
    ...rest.map(([other, kept]) => `${JSON.stringify(other)}:${JSON.stringify(kept)}`),
    ...changed.map((text) => `${JSON.stringify(name)}:${text}`),
    ...added,
  ].join(',')}}`;
}
