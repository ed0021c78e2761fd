import { eventIdFloor } from '@taskwire/protocol';

export type PartitionKind = 'monthly' | 'daily';

/** One part of the history: events whose id's time is in [fromMs, toMs). */
export interface Partition {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PartitionPlan {
  readonly create: readonly Partition[];
  readonly drop: readonly Partition[];
}

const DAY_MS = 86_400_000;

/** So that a fortnight without maintenance, and a worker whose clock is a day ahead, still find their part. */
const AHEAD_MS = 45 * DAY_MS;

/** Pure: what to create and what to drop, given what there is. Overlap with existing parts is never planned. */
export function planPartitions(
  existing: readonly Partition[],
  options: {
    readonly nowMs: number;
    readonly forgetAtMs: number;
    readonly retentionDays: number;
    readonly kind: PartitionKind;
  },
): PartitionPlan {
  const earliestMs = options.nowMs - options.retentionDays * DAY_MS;
  const oldBeforeMs = options.forgetAtMs - options.retentionDays * DAY_MS;
  const drop = existing.filter((partition) => partition.toMs <= oldBeforeMs);
  const kept = existing.filter((partition) => partition.toMs > oldBeforeMs);
  const create: Partition[] = [];
  for (let fromMs = startOf(earliestMs, options.kind); fromMs < options.nowMs + AHEAD_MS; ) {
    const toMs = startOfNext(fromMs, options.kind);
    create.push(...uncovered({ name: nameOf(fromMs, options.kind), fromMs, toMs }, kept));
    fromMs = toMs;
  }
  return { create, drop };
}

/**
 * The statements that make one. It is made by itself and then attached: made as a part of the whole at once, it would
 * wait for everybody who reads the history, and every batch would wait behind it. The bounds are UUIDs, since the
 * history is partitioned by event_id.
 */
export function createPartitionSql({ name, fromMs, toMs }: Partition): readonly string[] {
  const bounds = `FROM ('${eventIdFloor(fromMs)}') TO ('${eventIdFloor(toMs)}')`;
  return [
    `CREATE TABLE ${name} (LIKE task_logs INCLUDING DEFAULTS)`,
    `ALTER TABLE task_logs ATTACH PARTITION ${name} FOR VALUES ${bounds}`,
  ];
}

/** A wanted part without what existing ones cover: matters once, after the kind was changed. */
function uncovered(wanted: Partition, existing: readonly Partition[]): readonly Partition[] {
  const overlapping = existing
    .filter(({ fromMs, toMs }) => fromMs < wanted.toMs && toMs > wanted.fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  if (overlapping.length === 0) return [wanted];
  const gaps: Partition[] = [];
  let next = wanted.fromMs;
  for (const { fromMs, toMs } of overlapping) {
    if (fromMs > next) gaps.push({ name: `${wanted.name}_${gaps.length + 1}`, fromMs: next, toMs: fromMs });
    next = Math.max(next, toMs);
  }
  if (next < wanted.toMs)
    gaps.push({ name: `${wanted.name}_${gaps.length + 1}`, fromMs: next, toMs: wanted.toMs });
  return gaps;
}

function startOf(ms: number, kind: PartitionKind): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), kind === 'daily' ? date.getUTCDate() : 1);
}

function startOfNext(fromMs: number, kind: PartitionKind): number {
  const date = new Date(fromMs);
  return kind === 'daily' ? fromMs + DAY_MS : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function nameOf(fromMs: number, kind: PartitionKind): string {
  const day = new Date(fromMs).toISOString().slice(0, kind === 'daily' ? 10 : 7);
  return `task_logs_${day.replaceAll('-', '_')}`;
}
