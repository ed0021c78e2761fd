import type { Static } from 'typebox';
import type { RouteRole } from '../access/role.ts';
import { isSafe } from '../access/role.ts';
import { PROBLEM_KINDS, type ProblemCode } from '../problem/problem.ts';
import { ProblemSchema } from '../problem/problem-schema.ts';
import { type DocumentParts, mapMembers } from './name-schemas.ts';

/** What decides which problems a route can answer with, besides those that it names itself. */
export interface ProblemSources {
  readonly method: string;
  readonly role: RouteRole;
  readonly takesBody: boolean;
  /** Whether anything of the request is checked: its path, its query or its body. */
  readonly takesInput: boolean;
  /** Those of its own, from `config.problems`. */
  readonly own: readonly ProblemCode[];
}

/** In the order of their status. */
function problemCodesOf(route: ProblemSources): readonly ProblemCode[] {
  const { role, method } = route;
  const codes: readonly (ProblemCode | false)[] = [
    ...route.own,
    route.takesInput && 'request_invalid',
    role !== 'public' && 'unauthorized',
    role !== 'public' && 'host_unknown',
    role === 'operator' && 'forbidden',
    !isSafe(method) && 'cross_site',
    route.takesBody && 'request_too_large',
    route.takesBody && 'media_type_unsupported',
    'too_many_requests',
    'stopped',
  ];
  return [...new Set(codes.filter((code) => code !== false))].sort(
    (a, b) => PROBLEM_KINDS[a].status - PROBLEM_KINDS[b].status,
  );
}

export interface ProblemResponse {
  readonly description: string;
  readonly headers?: object;
  readonly content: object;
}

/** By status. `default` speaks of what is not foreseen for one route. */
export function problemResponses(route: ProblemSources): Readonly<Record<string, ProblemResponse>> {
  const byStatus = Map.groupBy(problemCodesOf(route), (code) => PROBLEM_KINDS[code].status);
  return {
    ...Object.fromEntries([...byStatus].map(([status, codes]) => [status, responseOf(codes)])),
    default: {
      description: 'Any other problem, such as `internal_error`.',
      content: contentOf(ProblemSchema, ['internal_error']),
    },
  };
}

const responseOf = (codes: readonly ProblemCode[]): ProblemResponse => ({
  description: codes.map((code) => `\`${code}\`: ${PROBLEM_KINDS[code].advice}`).join('\n\n'),
  ...headersOf(codes),
  content: contentOf(
    { allOf: [ProblemSchema, { type: 'object', properties: { code: { enum: codes } } }] },
    codes,
  ),
});

const PROBLEM_TYPE = 'application/problem+json';

function contentOf(schema: object, codes: readonly ProblemCode[]): object {
  const examples = codes.map((code) => [
    code,
    { summary: PROBLEM_KINDS[code].title, value: exampleOf(code) },
  ]);
  return { [PROBLEM_TYPE]: { schema, examples: Object.fromEntries(examples) } };
}

/** Some say in a header what is to be done. */
function headersOf(codes: readonly ProblemCode[]): { readonly headers?: object } {
  if (codes.includes('unauthorized')) {
    return { headers: { 'WWW-Authenticate': { type: 'string', description: 'How to be known.' } } };
  }
  const waits = codes.some((code) => [429, 503].includes(PROBLEM_KINDS[code].status));
  if (!waits) return {};
  const description = 'How many seconds to wait before the next try.';
  return { headers: { 'Retry-After': { type: 'integer', minimum: 0, description } } };
}

/** Says each set of problems once, in `components.responses` of an OpenAPI document, and refers to it. */
export function nameProblemResponses(document: DocumentParts): DocumentParts {
  const responses: Record<string, unknown> = {};
  const named = (value: unknown): unknown => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
    if (!isOfProblems(value)) return mapMembers(value, named);
    const name = Object.keys(value.content[PROBLEM_TYPE].examples).join('.');
    responses[name] ??= value;
    return { $ref: `#/components/responses/${name}` };
  };
  const paths = mapMembers(document.paths, named);
  return { paths, components: { ...document.components, responses } };
}

const isOfProblems = (
  value: object,
): value is { readonly content: { readonly [PROBLEM_TYPE]: { readonly examples: object } } } => {
  const { content } = value as { readonly content?: object };
  return content !== undefined && Object.keys(content).join() === PROBLEM_TYPE;
};

/** The words of real ones. */
const DETAILS: Readonly<Record<ProblemCode, string>> = {
  request_invalid: 'limit: expected a whole number from 1 to 200, got "0"',
  unauthorized: 'This needs a token: Authorization: Bearer <token>, or sign in',
  forbidden: "This needs an operator's token, and dashboard-screen is a viewer",
  cross_site:
    'This was asked for by a page of another site, or by a browser that does not say where it comes from; a program sends a bearer token instead of the cookie',
  not_found: 'There is no such thing here',
  not_acceptable: 'accept: this address answers with text/event-stream only',
  task_exists: 'There is a task "0199d3f2-7c1e-7a44-8f0b-2d6c9a51e0b7" already',
  request_too_large: 'Request body is too large',
  media_type_unsupported: 'Unsupported Media Type: text/plain',
  host_unknown:
    'Without tokens this answers to 127.0.0.1, ::1 and localhost only, not to "example.org"; set TASKWIRE_OPERATOR_TOKENS',
  task_unknown: 'There is no task "tasks.unheard_of" to run here',
  event_invalid: 'status: expected one of RUNNING, SUCCESS, FAILURE, RETRY, got "DONE"',
  too_many_requests: 'Too many requests of one token from one address; try again in 12 s',
  headers_too_large: 'address and headers: at most 16384 bytes are accepted',
  internal_error: 'The log of this process says more.',
  database_unavailable:
    'The database cannot be asked now; nothing is lost. Try again in a moment; /health/ready says more.',
  redis_unavailable: 'Redis is not connected (reconnecting)',
  too_many_readers: 'There are 1000 readers already',
  stopped: 'Service Unavailable',
};

const exampleOf = (code: ProblemCode): Static<typeof ProblemSchema> => ({
  type: `urn:taskwire:problem:${code}`,
  title: PROBLEM_KINDS[code].title,
  status: PROBLEM_KINDS[code].status,
  detail: DETAILS[code],
  instance: '/api/v1/tasks',
  code,
});
