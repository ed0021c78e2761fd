import type { TaskStatus } from '@taskwire/protocol';
import { plainArray } from './array-literal.ts';
import type { Statement } from './database.ts';
import { loadStatement } from './load-statement.ts';

/** All of them combine; what is absent lets everything through. */
export interface TaskFilter {
  readonly status?: readonly TaskStatus[];
  readonly task_name?: string;
  readonly worker_source?: string;
  /** The beginning of task_request_id. */
  readonly id_prefix?: string;
  /** Part of the id, the name, the error_type or the first 2,000 characters of the error; case does not matter. */
  readonly text?: string;
  readonly error_type?: string;
  readonly conflict?: boolean;
  readonly rerun_of?: string;
  /** RFC 3339: created at that time or later, and before that. */
  readonly created_after?: string;
  readonly created_before?: string;
}

export const TASK_SORTS = ['-created_at', 'created_at', '-last_status_update', 'last_status_update'] as const;
export type TaskSort = (typeof TASK_SORTS)[number];

/** A place in a list of tasks: the time that it is sorted by, RFC 3339, and the id. */
export interface TaskPlace {
  readonly at: string;
  readonly task_request_id: string;
}

export interface TaskPage {
  readonly limit: number;
  readonly sort: TaskSort;
  /** The place after which the page begins; null for the first. */
  readonly after: TaskPlace | null;
}

/** How a list is found: a walk looks at a bounded number of rows in their order, a scan at all that `which` picks. */
interface ListPlan {
  readonly by: 'walk' | 'scan';
  readonly which: keyof typeof WHICH;
}

/** As many rows one page looks at: some 50 ms. An id or a status that is rarer than that has an index, or more pages. */
export const WALK_ROWS_MAX = 50_000;

/** A UUID's beginning of this length is its own; a shorter beginning may be that of every task. */
const RARE_PREFIX_LENGTH_MIN = 8;

/** Each is worded as the index that it is found by. */
const WHICH = {
  all: 'true',
  open: "t.status IN ('PENDING', 'RUNNING', 'RETRY')",
  unsuccessful: 't.finished_at IS NOT NULL AND t.finals <> 4',
  reruns: 't.rerun_of = $8',
  // chr(1114111) is the last code point.
  prefix: 't.task_request_id >= $4 AND t.task_request_id < $4 || chr(1114111)',
} as const;

const OPEN: ReadonlySet<TaskStatus> = new Set(['PENDING', 'RUNNING', 'RETRY']);
const UNSUCCESSFUL: ReadonlySet<TaskStatus> = new Set(['FAILURE', 'CANCELLED']);

/** Pure: which rows are looked at, and in which way. */
export function planOf(filter: TaskFilter, sort: TaskSort): ListPlan {
  const { status = [] } = filter;
  const areAll = (set: ReadonlySet<TaskStatus>): boolean =>
    status.length > 0 && status.every((each) => set.has(each));
  if (filter.rerun_of !== undefined) return { by: 'scan', which: 'reruns' };
  if ((filter.id_prefix ?? '').length >= RARE_PREFIX_LENGTH_MIN) return { by: 'scan', which: 'prefix' };
  if (areAll(OPEN)) return { by: 'scan', which: 'open' };
  const which = areAll(UNSUCCESSFUL) || filter.conflict === true ? 'unsuccessful' : 'all';
  // No index has the order of the last change: it would cost every change.
  return { by: sort.endsWith('created_at') ? 'walk' : 'scan', which };
}

/** The statements for lists, each made when it is first wanted. */
export function createTaskListStatements(): (plan: ListPlan, sort: TaskSort) => Statement {
  const made = new Map<string, Statement>();
  return ({ by, which }, sort) => {
    const variant = `${which}:${sort}`;
    const known = made.get(`${by}:${variant}`);
    if (known !== undefined) return known;
    const words = { which: WHICH[which], ...directionOf(sort) };
    const statement = loadStatement(`${by}_tasks`, words, variant);
    made.set(`${by}:${variant}`, statement);
    return statement;
  };
}

function directionOf(sort: TaskSort): { readonly order: string; readonly behind: string } {
  const descends = sort.startsWith('-');
  const time = `t.${descends ? sort.slice(1) : sort}`;
  // One bound that an index can begin at, and the rest of the comparison.
  return descends
    ? {
        order: `${time} DESC, t.task_request_id`,
        behind: `${time} <= coalesce($11::timestamptz, 'infinity') AND ($11::timestamptz IS NULL OR ${time} < $11 OR t.task_request_id > $12::text)`,
      }
    : {
        order: `${time}, t.task_request_id DESC`,
        behind: `${time} >= coalesce($11::timestamptz, '-infinity') AND ($11::timestamptz IS NULL OR ${time} > $11 OR t.task_request_id < $12::text)`,
      };
}

/** The parameters of walk_tasks.sql and scan_tasks.sql. */
export function listParameters(
  filter: TaskFilter,
  { limit, after }: TaskPage,
  { by }: ListPlan,
  walkRowsMax: number,
): readonly (string | number | boolean | null)[] {
  return [
    filter.status === undefined || filter.status.length === 0 ? null : plainArray(filter.status),
    filter.task_name ?? null,
    filter.worker_source ?? null,
    filter.id_prefix ?? null,
    filter.text === undefined ? null : `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`,
    filter.error_type ?? null,
    filter.conflict ?? null,
    filter.rerun_of ?? null,
    filter.created_after ?? null,
    filter.created_before ?? null,
    after?.at ?? null,
    after?.task_request_id ?? null,
    limit,
    ...(by === 'walk' ? [walkRowsMax] : []),
  ];
}
