import { shown, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import type { TObject } from 'typebox';
import Compile from 'typebox/compile';
import Value from 'typebox/value';

/**
 * Checks requests by their TypeBox schemas, the ones that the types come from. Unlike Fastify's default it refuses what
 * it does not know instead of dropping it, and says what was expected in the words of the schema's descriptions.
 */
export function useTypeboxSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler<TObject>(({ schema, httpPart }) => {
    const validator = Compile(schema);
    // Everything in an address is text; in a body "1" is not 1.
    const isText = httpPart === 'querystring' || httpPart === 'params';
    return (given: unknown) => {
      const candidate = Value.Default(schema, isText ? Value.Convert(schema, given) : given);
      if (validator.Check(candidate)) return { value: candidate };
      return { error: new TaskwireError('request_invalid', requestProblem(schema, candidate)) };
    };
  });
  // Schemas of answers are documentation; what the store returns goes out as it is.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
}

function requestProblem(schema: TObject, given: unknown): string {
  // "boolean" only repeats, for one place, what "additionalProperties" says better for all.
  const problem = Value.Errors(schema, given).find(({ keyword }) => keyword !== 'boolean');
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
  return `${path.length === 0 ? 'the request' : path.join('.')}: expected ${expected}, got ${shown(valueAt(given, path))}`;
}

interface DescribedSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, DescribedSchema>>;
}

const schemaAt = (schema: DescribedSchema, path: readonly string[]): DescribedSchema | undefined =>
  path.reduce<DescribedSchema | undefined>((place, name) => place?.properties?.[name], schema);

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (place, name) =>
      typeof place === 'object' && place !== null && Object.hasOwn(place, name)
        ? (place as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );

const decodePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
