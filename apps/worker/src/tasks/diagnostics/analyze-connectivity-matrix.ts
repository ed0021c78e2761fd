import { messageOf, TaskwireError } from '@taskwire/protocol';
import Type from 'typebox';
import { forEachBounded } from '../../diagnostics/bounded-parallel.ts';
import { rounded } from '../../diagnostics/latency-statistics.ts';
import type { OutboundNetwork, ResolvedHost } from '../../network/outbound-network.ts';
import { connectTcp } from '../../network/tcp-connection.ts';
import { defineTask } from '../../task.ts';

const CELLS_MAX = 1_024;

const parameters = Type.Object(
  {
    hosts: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { minItems: 1, maxItems: 128 }),
    ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), {
      minItems: 1,
      maxItems: 128,
      default: [80, 443],
    }),
    timeout_ms: Type.Integer({ minimum: 50, maximum: 10_000, default: 1_500 }),
    concurrency: Type.Integer({ minimum: 1, maximum: 64, default: 16 }),
    duration_ms_max: Type.Integer({ minimum: 100, maximum: 600_000, default: 120_000 }),
  },
  { additionalProperties: false },
);

/**
 * `open`: connected. `closed`: somebody answered and refused. `filtered`: no answer in time. `unreachable`: the network
 * says there is no way. `refused_by_policy`: not tried, the allow-list forbids it. `not_tried`: the time was over.
 */
type CellState =
  | 'open'
  | 'closed'
  | 'filtered'
  | 'unreachable'
  | 'unresolved'
  | 'refused_by_policy'
  | 'not_tried';

interface Cell {
  readonly port: number;
  state: CellState;
  connect_ms: number | null;
  detail: string | null;
}

/** Which ports of which hosts can be connected to from this worker. */
export const analyzeConnectivityMatrix = defineTask({
  name: 'tasks.web.diagnostics.analyze_connectivity_matrix',
  parameters,
  durationMsMax: 660_000,
  async run({ parameters: given, report, signal, services: { network } }) {
    const hosts = [...new Set(given.hosts)];
    const ports = [...new Set(given.ports)];
    if (hosts.length * ports.length > CELLS_MAX) {
      throw new TaskwireError(
        'parameters_invalid',
        `parameter ports: expected at most ${CELLS_MAX} pairs of host and port, got ${hosts.length * ports.length}`,
      );
    }
    const deadline = performance.now() + given.duration_ms_max;
    const rows = hosts.map((host) => ({
      host,
      resolution: undefined as Promise<ResolvedHost> | undefined,
      cells: ports.map((port): Cell => ({ port, state: 'not_tried', connect_ms: null, detail: null })),
    }));
    const pairs = rows.flatMap((row) => row.cells.map((cell) => ({ row, cell })));
    let done = 0;

    await forEachBounded(pairs, given.concurrency, async ({ row, cell }) => {
      signal.throwIfAborted();
      const remainingMs = deadline - performance.now();
      if (remainingMs > 0) {
        row.resolution ??= network.resolve(row.host, signal);
        const timeoutMs = Math.min(given.timeout_ms, Math.max(1, remainingMs));
        Object.assign(cell, await tryCell(network, row.resolution, cell.port, timeoutMs, signal));
      }
      report(++done / pairs.length);
    });

    const summary: Partial<Record<CellState, number>> = {};
    for (const { cell } of pairs) summary[cell.state] = (summary[cell.state] ?? 0) + 1;
    return {
      hosts: rows.map(({ host, cells }) => ({ host, ports: cells })),
      summary,
      complete: (summary.not_tried ?? 0) === 0,
    };
  },
});

async function tryCell(
  network: OutboundNetwork,
  resolution: Promise<ResolvedHost>,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Pick<Cell, 'state' | 'detail' | 'connect_ms'>> {
  try {
    const outcome = await connectTcp(network.admit(await resolution, port), { timeoutMs, signal });
    if (outcome.state !== 'open') return { state: outcome.state, detail: outcome.detail, connect_ms: null };
    outcome.socket.destroy();
    return { state: 'open', detail: null, connect_ms: rounded(outcome.connectMs) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TaskwireError)) throw error;
    const state = error.code === 'network_target_refused' ? 'refused_by_policy' : 'unresolved';
    return { state, detail: messageOf(error), connect_ms: null };
  }
}
