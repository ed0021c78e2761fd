import { RecordDamagedError } from './event-records.ts';

/** What a failed statement means for the outbox. Primary result codes: https://www.sqlite.org/rescode.html */
export type SqliteProblem = 'locked' | 'full' | 'corrupt' | 'unavailable';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** Everything that is not known is `unavailable`: the file cannot be used now, and nothing is wrong with its content. */
export function sqliteProblem(thrown: unknown): SqliteProblem {
  if (thrown instanceof RecordDamagedError) return 'corrupt';
  const errcode = (thrown as { readonly errcode?: unknown } | null)?.errcode;
  if (typeof errcode !== 'number') return 'unavailable';
  switch (errcode & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return 'locked';
    case SQLITE_FULL:
      return 'full';
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return 'corrupt';
    default:
      return 'unavailable';
  }
}
