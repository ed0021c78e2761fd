export interface DeadLetter {
  readonly id: number;
  readonly lane: string;
  readonly reason: string;
  readonly detail: string;
  readonly payload: string;
  readonly payload_bytes: number;
  readonly payload_truncated?: boolean;
  readonly task_request_id: string | null;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
  readonly received_at: string;
  readonly replayed_at: string | null;
  readonly discarded_at?: string | null;
}

export interface DeadLetterPage {
  readonly dead_letters: readonly DeadLetter[];
  readonly next_cursor: string | null;
}

export interface BulkAnswer {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: readonly { readonly id: number; readonly code: string; readonly detail: string }[];
  readonly remaining: number;
}

export type DeadLetterState = 'open' | 'replayed' | 'discarded';

export function stateOf(letter: DeadLetter): DeadLetterState {
  if (letter.replayed_at !== null) return 'replayed';
  return letter.discarded_at === null || letter.discarded_at === undefined ? 'open' : 'discarded';
}
