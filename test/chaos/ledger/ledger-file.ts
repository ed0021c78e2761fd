import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { TaskStatus } from '@taskwire/protocol';

/** An event as its producer meant it; `n` is unique over all producers and travels in `data.n`. */
export interface Intent {
  readonly n: string;
  readonly task_request_id: string;
  readonly status: TaskStatus;
  /** Microseconds since 1970. */
  readonly time_us: number;
  readonly attempt: number;
  readonly task_name: string;
  readonly worker_container: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * What one producer did, written beside it and not by anything under test: each event before it is handed over, and
 * again when it was accepted. A producer killed in between leaves an intent that may or may not arrive.
 */
export interface LedgerWriter {
  intend(intent: Intent): void;
  accept(n: string): void;
  close(): void;
}

export function openLedger(file: string): LedgerWriter {
  const descriptor = openSync(file, 'a');
  // The producer before this one may have been killed in the middle of a line.
  writeSync(descriptor, '\n');
  return {
    intend: (intent) => void writeSync(descriptor, `${JSON.stringify(intent)}\n`),
    accept: (n) => void writeSync(descriptor, `${JSON.stringify({ accepted: n })}\n`),
    close: () => closeSync(descriptor),
  };
}

export interface Ledger {
  readonly intents: ReadonlyMap<string, Intent>;
  readonly accepted: ReadonlySet<string>;
}

/** Reads the ledgers of several producers as one. A line that a kill cut off says nothing. */
export function readLedgers(files: readonly string[]): Ledger {
  const intents = new Map<string, Intent>();
  const accepted = new Set<string>();
  for (const file of files.filter((each) => existsSync(each))) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const entry = parseEntry(line);
      if (entry === null) continue;
      if ('accepted' in entry) accepted.add(entry.accepted);
      else intents.set(entry.n, entry);
    }
  }
  return { intents, accepted };
}

function parseEntry(line: string): Intent | { readonly accepted: string } | null {
  try {
    return JSON.parse(line) as Intent | { readonly accepted: string };
  } catch {
    return null;
  }
}
