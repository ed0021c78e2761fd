import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** As much of an OpenAPI document as tests look at. */
export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, ApiResponse>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ApiResponse | { readonly $ref: string }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface ApiResponse {
  readonly description: string;
  readonly content?: Content;
}

export type Content = Readonly<Record<string, Media>>;

export interface Media {
  readonly schema: JsonSchema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ApiOperation extends Operation {
  readonly method: string;
  readonly path: string;
}

export const operationsOf = (document: ApiDocument): readonly ApiOperation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  );

/** What is documented for a status, or for any other one. */
export function responseOf(
  document: ApiDocument,
  operation: Operation,
  status: number | string,
): ApiResponse | undefined {
  const found = operation.responses[status] ?? operation.responses.default;
  if (found === undefined || !('$ref' in found)) return found;
  return document.components.responses[found.$ref.split('/').at(-1) ?? ''];
}

/** Compiles schemas of the document, with what they refer to in it. */
export function schemaCompiler(document: ApiDocument): (schema: JsonSchema) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // References are relative to the document; a schema that is taken out of it needs its parts beside it.
  return (schema) => ajv.compile({ ...schema, components: document.components });
}

/**
 * The same schemas, but what they do not name is refused: an answer may hold more for its readers, but not more than
 * its description.
 */
export function closed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(closed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    // Each part of an `allOf` knows some of the members only.
    ['allOf', 'examples', 'example', 'enum', 'const', 'default'].includes(key) ? member : closed(member),
  ]);
  const copy = Object.fromEntries(members) as T & { readonly type?: unknown };
  const isObject = copy.type === 'object' && 'properties' in value && !('additionalProperties' in value);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}
