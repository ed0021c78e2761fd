import type { WorkerRecord } from '@taskwire/listener';
import { withApi } from '../client/open-api.ts';
import { type CommandInput, EXIT } from '../command-line/command.ts';
import { isSet } from '../command-line/read-options.ts';
import { jsonText } from '../terminal/one-line.ts';
import type { Style } from '../terminal/screen.ts';
import { type Column, renderTable } from '../terminal/table.ts';

/** `taskwire workers` */
export async function workers({ env, options, terminal }: CommandInput): Promise<number> {
  return withApi(env, async (api) => {
    const found = await api.workers();
    if (isSet(options, 'json')) for (const worker of found) terminal.line(jsonText(worker));
    else
      terminal.line(
        found.length === 0 ? 'no worker was heard of' : renderTable(terminal, columns(Date.now()), found),
      );
    return EXIT.done;
  });
}

const ALIVE_MS = 30_000;

const columns = (nowMs: number): readonly Column<WorkerRecord>[] => {
  const ageMs = ({ heartbeat_at }: WorkerRecord): number => nowMs - Date.parse(heartbeat_at);
  const stateOf = (worker: WorkerRecord): string => {
    if (worker.stopped_at !== null) return 'stopped';
    return ageMs(worker) < ALIVE_MS ? 'alive' : 'silent';
  };
  const styles: Readonly<Record<string, Style>> = { alive: 'green', silent: 'red', stopped: 'dim' };
  return [
    { head: 'state', text: stateOf, style: (worker) => styles[stateOf(worker)] ?? 'reset' },
    { head: 'container', text: ({ worker_container }) => worker_container, flexible: true },
    { head: 'worker', optional: true, text: ({ worker_id }) => worker_id, flexible: true },
    {
      head: 'heard',
      text: (worker) => `${Math.max(0, Math.round(ageMs(worker) / 1_000))} s ago`,
      align: 'right',
    },
    { head: 'running', optional: true, text: ({ running }) => String(running.length), align: 'right' },
    { head: 'outbox', optional: true, text: ({ outbox_depth }) => String(outbox_depth), align: 'right' },
    {
      head: 'clock',
      optional: true,
      text: ({ clock_skew_ms }) => `${Math.round(clock_skew_ms)} ms`,
      align: 'right',
    },
  ];
};
