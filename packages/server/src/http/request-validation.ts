import { shown, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import type { Static, TObject } from 'typebox';
import Compile from 'typebox/compile';
import Value from 'typebox/value';
import { requestStorageProblem } from './storable.ts';

/**
 * Checks requests by their TypeBox schemas, the ones that the types come from. Unlike Fastify's default it refuses what
 * it does not know instead of dropping it, and says what was expected in the words of the schema's descriptions.
 */
export function useTypeboxSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler<TObject>(({ schema, httpPart }) => {
    // Everything in an address is text; in a body "1" is not 1.
    const isText = httpPart === 'querystring' || httpPart === 'params';
    // A body that asks for nothing may be left out.
    const mayBeAbsent =
      httpPart === 'body' &&
      schema.type === 'object' &&
      ((schema.required as readonly string[] | undefined) ?? []).length === 0;
    const check = compileCheck(schema, isText);
    return (sent: unknown) => check(mayBeAbsent ? (sent ?? {}) : sent);
  });
}

/** What is given, with its defaults; or what is wrong with it: a TaskwireError `request_invalid`. */
export type Checked<Schema extends TObject> =
  | { readonly value: Static<Schema>; readonly error?: never }
  | { readonly error: TaskwireError };

/** The check of one schema, also for what comes in without HTTP. @param isText as everything in an address is */
export function compileCheck<Schema extends TObject>(
  schema: Schema,
  isText = false,
): (given: unknown) => Checked<Schema> {
  const validator = Compile(schema);
  return (given) => {
    // What is in an address is neither nested nor without an encoding.
    const unstorable = isText ? null : requestStorageProblem(given);
    if (unstorable !== null) return { error: new TaskwireError('request_invalid', unstorable) };
    const candidate = Value.Default(
      schema,
      isText ? Value.Convert(schema, splitLists(schema, given)) : given,
    );
    if (validator.Check(candidate)) return { value: candidate as Static<Schema> };
    return { error: new TaskwireError('request_invalid', requestProblem(schema, candidate, isText)) };
  };
}

/** A list in a query may be repeated (`a=1&a=2`), comma-separated (`a=1,2`), or both. */
function splitLists(schema: TObject, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const properties = schema.properties as Readonly<Record<string, { readonly type?: string } | undefined>>;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]: [string, unknown]) => [
      name,
      properties[name]?.type === 'array' ? [value].flat().flatMap((each) => String(each).split(',')) : value,
    ]),
  );
}

function requestProblem(schema: TObject, given: unknown, isText: boolean): string {
  const problems = Value.Errors(schema, given);
  // Of a choice only the choice itself is said: what is wrong with each of its ways misleads whoever meant another.
  // "boolean" only repeats, for one place, what "additionalProperties" says better for all.
  const problem =
    problems.find(({ keyword }) => keyword === 'anyOf') ??
    problems.find(({ keyword }) => keyword !== 'boolean');
  const path = (problem?.instancePath ?? '').split('/').slice(1).map(decodePointer);
  const params = (problem?.params ?? {}) as Readonly<Record<string, readonly string[] | undefined>>;
  const [missing] = params.requiredProperties ?? [];
  if (missing !== undefined) return `${[...path, missing].join('.')}: missing`;
  const [unknown] = params.additionalProperties ?? [];
  const place = schemaAt(schema, path);
  if (unknown !== undefined) {
    const known = Object.keys(place?.properties ?? {}).join(', ');
    return `${[...path, shown(unknown)].join('.')}: not known here; there is ${known === '' ? 'nothing' : known}`;
  }
  const expected = place?.description ?? problem?.message ?? 'something else';
  // In an address nobody sees that the first of a list is number 0.
  const where = path.length === 0 ? 'the request' : isText ? path[0] : path.join('.');
  return `${where}: expected ${expected}, got ${shown(valueAt(given, path))}`;
}

interface DescribedSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, DescribedSchema>>;
  readonly items?: DescribedSchema;
}

const schemaAt = (schema: DescribedSchema, path: readonly string[]): DescribedSchema | undefined =>
  path.reduce<DescribedSchema | undefined>(
    (place, name) => place?.properties?.[name] ?? place?.items,
    schema,
  );

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (place, name) =>
      typeof place === 'object' && place !== null && Object.hasOwn(place, name)
        ? (place as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );

const decodePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
