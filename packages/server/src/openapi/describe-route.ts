import type { FastifySchema, RouteOptions } from 'fastify';
import { isSafe, roleNeeded } from '../access/role.ts';
import type { ProblemCode } from '../problem/problem.ts';
import { type ProblemResponse, problemResponses } from './problem-responses.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Problems that only this route knows, for its description; those that many share are found by its role and schema. */
    readonly problems?: readonly ProblemCode[];
  }
  interface FastifySchema {
    /** What the schema of an answer cannot say, by status. */
    readonly answers?: Readonly<Record<number, AnswerWords>>;
  }
}

export interface AnswerWords {
  /** Instead of that of the schema. */
  readonly description?: string;
  /** By name, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of those of the schema. */
  readonly examples?: readonly unknown[];
}

interface Described {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  /** What to call them, where there are several. */
  readonly exampleNames?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Described>>;
}

/** What a known caller shows; either is enough. */
const KNOWN = [{ bearer: [] }, { session: [] }];

/** Completes what a route says of itself by what follows from its role, its method and its schemas. */
export function describeRoute(route: RouteOptions, schema: FastifySchema): FastifySchema {
  const {
    answers: words = {},
    response,
    querystring,
    body,
    produces = ['application/json'],
    ...rest
  } = schema;
  const [method = 'GET'] = [route.method].flat();
  const role = roleNeeded(method, route.config?.role);
  const problems = problemResponses({
    method,
    role,
    // Also where nothing is expected: what is sent is read all the same.
    takesBody: !isSafe(method),
    takesInput: !isSafe(method) || schema.params !== undefined || querystring !== undefined,
    own: route.config?.problems ?? [],
  });
  const answers = Object.entries((response ?? {}) as Readonly<Record<string, Described>>).map(
    ([status, answer]) => [status, describeAnswer(answer, produces, words[Number(status)], problems[status])],
  );
  return {
    ...rest,
    description: [schema.description, ROLE_WORDS[role]].filter((words) => words !== undefined).join('\n\n'),
    security: role === 'public' ? [{}, ...KNOWN] : KNOWN,
    ...(querystring === undefined ? {} : { querystring: withoutDefaultsRequired(querystring as Described) }),
    ...(body === undefined ? {} : { body: withNamedExamples(body as Described) }),
    response: { ...problems, ...Object.fromEntries(answers) },
  };
}

const ROLE_WORDS = {
  public: 'Needs no token.',
  viewer: undefined,
  operator: "Needs an operator's token.",
} as const;

/** @param problem what else is answered with the same status */
function describeAnswer(
  answer: Described,
  types: readonly string[],
  words: AnswerWords = {},
  problem?: ProblemResponse,
): object {
  const named = Object.entries(words.headers ?? {}).map(([name, description]) => [
    name,
    { type: 'string', description },
  ]);
  const headers = { ...Object.fromEntries(named), ...problem?.headers };
  const described = {
    description: [words.description ?? answer.description, problem?.description].filter(Boolean).join('\n\n'),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
  if (answer.type === 'null') return { ...described, type: 'null' };
  const media = takeExamples({ ...answer, examples: words.examples ?? answer.examples ?? [] });
  return {
    ...described,
    content: { ...Object.fromEntries(types.map((type) => [type, media])), ...problem?.content },
  };
}

/** What has a default need not be sent; the type of a handler has it all the same. */
const withoutDefaultsRequired = (query: Described): Described => ({
  ...query,
  required: (query.required ?? []).filter((name) => query.properties?.[name]?.default === undefined),
});

function withNamedExamples(body: Described): object {
  const { schema, examples } = takeExamples(body);
  return { ...schema, 'x-examples': examples };
}

function takeExamples(described: Described): { readonly schema: Described; readonly examples: object } {
  const { examples = [], exampleNames = [], ...schema } = described;
  const named = examples.map((value, index) => [exampleNames[index] ?? schema.title ?? 'example', { value }]);
  return { schema, examples: Object.fromEntries(named) };
}
