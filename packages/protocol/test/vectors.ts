import { readdirSync, readFileSync } from 'node:fs';
import type { DecodeOptions, RefusalReason } from '../src/decode.ts';
import type { TaskEvent } from '../src/event.ts';
import type { TaskRow } from '../src/merge.ts';

/** The golden vectors of ../vectors, completed as its README.md says. Reads files when called. */
export interface EventVector {
  readonly name: string;
  /** Folder and file it is in, such as `invalid/values`. */
  readonly group: string;
  readonly description: string;
  readonly payload: Buffer;
  readonly expect: Expectation;
  /** Whether a JSON Schema validator accepts the payload; undefined where it is not JSON. */
  readonly schemaAccepts: boolean | undefined;
}

type Expectation =
  | { readonly ok: true; readonly event: Partial<TaskEvent> }
  | { readonly ok: false; readonly reason: RefusalReason };

export interface MergeVector {
  readonly name: string;
  readonly description: string;
  /** Wire events, in the order in which they are told. */
  readonly payloads: readonly Buffer[];
  readonly row: ExpectedRow;
}

/** As readers see the row: times as RFC 3339 in UTC with microseconds. Only what is named must hold. */
export type ExpectedRow = Partial<
  Omit<
    TaskRow,
    'result_json' | 'created_at_us' | 'started_at_us' | 'finished_at_us' | 'last_status_update_us'
  > & {
    readonly result: unknown;
    readonly created_at: string;
    readonly started_at: string | null;
    readonly finished_at: string | null;
    readonly last_status_update: string;
  }
>;

type Wire = Readonly<Record<string, unknown>>;
type Part = string | { readonly repeat: string; readonly times: number };

interface Base {
  readonly now: string;
  readonly earliest: string;
  readonly event_bytes_max: number;
  readonly v0: Wire;
  readonly v1: Wire;
}

interface EventVectorFile {
  readonly name: string;
  readonly description: string;
  readonly base?: 'v0' | 'v1';
  readonly with?: Wire;
  readonly without?: readonly string[];
  readonly payload?: string;
  readonly payload_parts?: readonly Part[];
  readonly payload_base64?: string;
  readonly schema_accepts?: boolean;
  readonly expect: Expectation;
}

interface MergeVectorFile {
  readonly name: string;
  readonly description: string;
  readonly events: readonly Wire[];
  readonly row: ExpectedRow;
}

const FOLDER = new URL('../vectors/', import.meta.url);

/** The clock, retention and limit under which the vectors hold. */
export function vectorOptions(): DecodeOptions {
  const base = readJson<Base>('base.json');
  return {
    nowMs: Date.parse(base.now),
    earliestMs: Date.parse(base.earliest),
    eventBytesMax: base.event_bytes_max,
  };
}

export function eventVectors(): readonly EventVector[] {
  const base = readJson<Base>('base.json');
  return ['valid', 'invalid'].flatMap((folder) =>
    readGroups<EventVectorFile>(folder).map(({ group, vector }) => {
      const payload = payloadOf(vector, base);
      return {
        name: vector.name,
        group,
        description: vector.description,
        payload,
        expect: vector.expect,
        schemaAccepts: isJson(payload) ? (vector.schema_accepts ?? vector.expect.ok) : undefined,
      };
    }),
  );
}

export function mergeVectors(): readonly MergeVector[] {
  const base = readJson<Base>('base.json');
  return readGroups<MergeVectorFile>('merge').map(({ vector }) => ({
    name: vector.name,
    description: vector.description,
    payloads: vector.events.map((event, index) => Buffer.from(JSON.stringify(completed(event, index, base)))),
    row: vector.row,
  }));
}

/** The n-th event of a version 1 producer has the n-th event_id and sequence, unless it says otherwise. */
function completed(event: Wire, index: number, base: Base): Wire {
  if (event.schema_version === 0) return { ...base.v0, data: {}, ...event };
  const number = index + 1;
  const eventId = `${String(base.v1.event_id).slice(0, 24)}${String(number).padStart(12, '0')}`;
  return { ...base.v1, event_id: eventId, sequence: number, data: {}, ...event };
}

function payloadOf(vector: EventVectorFile, base: Base): Buffer {
  if (vector.base !== undefined) {
    const members = Object.entries({ ...base[vector.base], ...vector.with });
    const kept = members.filter(([name]) => !vector.without?.includes(name));
    return Buffer.from(JSON.stringify(Object.fromEntries(kept)));
  }
  if (vector.payload_base64 !== undefined) return Buffer.from(vector.payload_base64, 'base64');
  const parts = vector.payload_parts ?? [vector.payload ?? ''];
  return Buffer.from(
    parts.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join(''),
  );
}

function isJson(payload: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return true;
  } catch {
    return false;
  }
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T;

function readGroups<T>(folder: string): readonly { readonly group: string; readonly vector: T }[] {
  const files = readdirSync(new URL(`${folder}/`, FOLDER)).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((file) =>
    readJson<readonly T[]>(`${folder}/${file}`).map((vector) => ({
      group: `${folder}/${file.slice(0, -5)}`,
      vector,
    })),
  );
}
