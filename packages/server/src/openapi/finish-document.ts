import { nameSchemas } from './name-schemas.ts';
import { nameProblemResponses } from './problem-responses.ts';

interface Operation {
  readonly requestBody?: RequestBody;
}

interface RequestBody {
  readonly content: Readonly<Record<string, { readonly schema: BodySchema }>>;
  readonly required?: boolean;
}

interface BodySchema {
  readonly type?: string;
  readonly required?: readonly string[];
}

interface OpenApiDocument {
  readonly openapi?: string;
  readonly info?: object;
  readonly servers?: readonly object[];
  readonly tags?: readonly object[];
  readonly paths?: object;
  readonly components?: object;
}

/** The last touch to what @fastify/swagger makes of the routes. */
export function finishDocument(document: OpenApiDocument): object {
  const { openapi, info, servers, tags, components } = document;
  const paths = mapOperations(document.paths ?? {}, withBodyAsNeeded);
  return { openapi, info, servers, tags, ...nameSchemas(nameProblemResponses({ paths, components })) };
}

function mapOperations(paths: object, change: (operation: Operation) => Operation): object {
  const changed = Object.entries(paths).map(([path, operations]: [string, Record<string, Operation>]) => [
    path,
    Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, change(operation)])),
  ]);
  return Object.fromEntries(changed);
}

/** A body that asks for nothing may be left out (request-validation.ts). */
function withBodyAsNeeded(operation: Operation): Operation {
  const { requestBody } = operation;
  if (requestBody === undefined) return operation;
  const [media] = Object.values(requestBody.content);
  const required = media?.schema.type !== 'object' || (media.schema.required ?? []).length > 0;
  return { ...operation, requestBody: { ...requestBody, required } };
}
