import type { ApiDocument, ApiOperation, Parameter } from '../../packages/server/test/api-document.ts';
import type { Draw } from './draw.ts';
import { drawValid, spoiledJson } from './draw-value.ts';
import { HOSTILE_BODIES, HOSTILE_TEXTS } from './hostile-values.ts';

/** Who asks. `other site`: a page of another site, by the browser of somebody who is signed in. */
export type Asker = 'operator' | 'viewer' | 'session' | 'other site' | 'nobody' | 'wrong token';

export interface FuzzRequest {
  readonly operation: ApiOperation;
  readonly asker: Asker;
  readonly kind: 'valid' | 'nearly valid' | 'hostile';
  /** As sent; not always the operation's. */
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** What former answers spoke of, so that requests find something. */
export interface Known {
  readonly taskIds: string[];
  readonly deadLetterIds: string[];
  /** By operationId. */
  readonly cursors: Map<string, string[]>;
}

export interface Credentials {
  readonly operator: string;
  readonly viewer: string;
  /** A Cookie header. */
  readonly session: string;
}

export function drawRequest(
  document: ApiDocument,
  operation: ApiOperation,
  known: Known,
  credentials: Credentials,
  draw: Draw,
): FuzzRequest {
  const kind = draw.pick(['valid', 'valid', 'nearly valid', 'nearly valid', 'hostile'] as const);
  // One place of a nearly valid request is wrong, and of a hostile one many.
  const places = ['path', 'query', 'body', 'headers'] as const;
  const wrong = new Set(
    kind === 'valid'
      ? []
      : kind === 'nearly valid'
        ? [draw.pick(places)]
        : places.filter(() => draw.chance(0.6)),
  );
  const asker = draw.pick([
    ...(['operator', 'operator', 'operator', 'operator', 'operator', 'operator', 'operator'] as const),
    ...(['viewer', 'session', 'other site', 'nobody', 'wrong token'] as const),
  ]);
  const body = drawBody({ document, operation, known, credentials, draw }, wrong.has('body'));
  const contentType =
    body === null
      ? {}
      : { 'content-type': wrong.has('headers') ? draw.pick(CONTENT_TYPES) : 'application/json' };
  return {
    operation,
    asker,
    kind,
    method: wrong.has('path') && draw.chance(0.1) ? draw.pick(OTHER_METHODS) : operation.method.toUpperCase(),
    path:
      drawPath(operation, known, wrong.has('path'), draw) +
      drawQuery(operation, known, wrong.has('query'), draw),
    headers: {
      // One of many, since what is wrong is counted by address.
      'x-forwarded-for': `10.${draw.integer(0, 255)}.${draw.integer(0, 255)}.${draw.integer(1, 254)}`,
      ...(wrong.has('headers')
        ? Object.fromEntries([draw.pick(OTHER_HEADERS), draw.pick(OTHER_HEADERS)])
        : {}),
      ...contentType,
      ...identityOf(asker, credentials),
    },
    body,
  };
}

const OTHER_METHODS: readonly [string, ...string[]] = [
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'GET',
  'POST',
  'PROPFIND',
];

const CONTENT_TYPES: readonly [string, ...string[]] = [
  'application/json; charset=utf-16',
  'application/problem+json',
  'text/plain',
  'text/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json, text/plain',
  'x',
  '',
];

const OTHER_HEADERS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['accept', 'text/html'],
  ['accept', 'x/y;q=2'],
  ['accept', 'text/event-stream'],
  ['last-event-id', 'x'.repeat(200)],
  ['last-event-id', '5f0c8a3e6d55.zzzzzzzzzzz.1.2.3'],
  ['x-forwarded-for', 'unknown, ::ffff:1.2.3.4'],
  ['x-forwarded-for', ':::'],
  ['x-forwarded-host', 'evil.example:99999'],
  ['x-forwarded-proto', 'gopher'],
  ['host', 'evil.example'],
  ['host', '[::'],
  ['origin', 'null'],
  ['content-encoding', 'gzip'],
  ['x-http-method-override', 'DELETE'],
  ['if-none-match', '*'],
  ['range', 'bytes=0-0'],
  ['cookie', 'taskwire_session=a.b.c; taskwire_session='],
  ['accept-language', 'x'.repeat(8_000)],
  ['te', 'trailers'],
];

function identityOf(
  asker: Asker,
  { operator, viewer, session }: Credentials,
): Readonly<Record<string, string>> {
  switch (asker) {
    case 'operator':
      return { authorization: `Bearer ${operator}` };
    case 'viewer':
      return { authorization: `Bearer ${viewer}` };
    case 'session':
      return { cookie: session, 'sec-fetch-site': 'same-origin' };
    case 'other site':
      return { cookie: session, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    case 'wrong token':
      return { authorization: `Bearer ${'x'.repeat(32)}` };
    case 'nobody':
      return {};
  }
}

interface BodySources {
  readonly document: ApiDocument;
  readonly operation: ApiOperation;
  readonly known: Known;
  readonly credentials: Credentials;
  readonly draw: Draw;
}

function drawBody(sources: BodySources, wrong: boolean): Buffer | null {
  const { document, operation, draw } = sources;
  const { requestBody } = operation;
  const media = requestBody?.content['application/json'];
  if (media === undefined) return wrong && operation.method !== 'get' ? draw.pick(HOSTILE_BODIES) : null;
  if (requestBody?.required === false && draw.chance(0.2)) return null;
  const example = draw.pickAny(Object.values(media.examples ?? {}))?.value;
  const drawn = draw.chance(0.2) ? example : drawValid(media.schema, document.components.schemas, draw);
  const value = withKnown(drawn, sources);
  if (!wrong) return Buffer.from(JSON.stringify(value));
  return draw.chance(0.2) ? draw.pick(HOSTILE_BODIES) : Buffer.from(spoiledJson(value, draw));
}

/** What a schema cannot know: which dead letters there are, and what lets somebody in. */
function withKnown(value: unknown, { operation, known, credentials, draw }: BodySources): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (operation.operationId === 'signIn' && draw.chance(0.5)) return { ...value, token: credentials.viewer };
  const id = draw.pickAny(known.deadLetterIds);
  return 'ids' in value && id !== undefined ? { ...value, ids: [Number(id)] } : value;
}

function drawPath(operation: ApiOperation, known: Known, wrong: boolean, draw: Draw): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (wrong) return percentEncoded(draw.pick(HOSTILE_TEXTS), draw);
    const seen = name === 'id' ? known.deadLetterIds : known.taskIds;
    const other = name === 'id' ? String(draw.integer(1, 1_000)) : 'no-such-task';
    return encodeURIComponent((draw.chance(0.8) ? draw.pickAny(seen) : undefined) ?? other);
  });
  return wrong && draw.chance(0.2) ? path + draw.pick(['/', '//', '/..', '%', '%00', '/x', ';a=b']) : path;
}

function drawQuery(operation: ApiOperation, known: Known, wrong: boolean, draw: Draw): string {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const chosen = parameters.filter(() => draw.chance(0.3));
  const pairs = chosen.flatMap((parameter) => {
    const values =
      wrong && draw.chance(0.7) ? [draw.pick(HOSTILE_TEXTS)] : valuesOf(parameter, operation, known, draw);
    return values.map((value) => `${parameter.name}=${percentEncoded(value, wrong ? draw : undefined)}`);
  });
  const added = wrong ? [draw.pick(OTHER_PAIRS)] : [];
  const all = [...pairs, ...added];
  return all.length === 0 ? '' : `?${all.join('&')}`;
}

const OTHER_PAIRS: readonly [string, ...string[]] = [
  'unknown=1',
  '__proto__=1',
  '__proto__[a]=1',
  'limit[]=1',
  'limit=1&limit=2',
  'cursor=',
  '=',
  '&&&',
  '%zz=%zz',
  'status=',
  `q=${'%F0%9F%98%80'.repeat(300)}`,
  'sort=-created_at&sort=created_at',
];

function valuesOf(
  { name, schema }: Parameter,
  operation: ApiOperation,
  known: Known,
  draw: Draw,
): readonly string[] {
  if (name === 'cursor') {
    const cursor = draw.pickAny(known.cursors.get(operation.operationId) ?? []);
    return cursor === undefined ? [] : [cursor];
  }
  const taskId = /task_request_id|id_prefix|rerun_of/.test(name) ? draw.pickAny(known.taskIds) : undefined;
  if (taskId !== undefined) return [taskId];
  const value = drawValid(schema, {}, draw);
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Also what encodeURIComponent refuses; with `draw`, now and then bytes that are no UTF-8. */
function percentEncoded(text: string, draw?: Draw): string {
  if (draw?.chance(0.1)) return draw.pick(['%ff', '%c0%80', '%ed%a0%80', '%00', '%', '%u0041', '+']);
  return encodeURIComponent(text.toWellFormed());
}
