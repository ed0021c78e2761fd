import { type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { Database, DatabaseSession } from '../store/database.ts';
import { databaseUnavailable } from '../store/sql-state.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';

/** How often the leader makes sure that it still is, and the others try to become it. */
const CHECK_INTERVAL_MS = 1_000;

/** Without confirmation for so long it does not lead any more, whatever the server thinks … */
const CONFIRMED_MS_MAX = 5_000;

/**
 * … and the server ends the session of a leader that is frozen or unreachable after this, and with it the lock: longer
 * than the above, so that one has stopped before another begins.
 */
const SESSION_IDLE_MS_MAX = 10_000;

/** Any fixed number, one a database. */
const LEADER_LOCK = 7_235_903;

const STATEMENTS = {
  limitIdle: { name: '', sql: `SET idle_session_timeout = ${SESSION_IDLE_MS_MAX}` },
  tryLock: { name: 'leader_try_lock', sql: `SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS leads` },
  confirm: { name: 'leader_confirm', sql: 'SELECT 1' },
} as const;

export interface LeaderOptions {
  readonly database: Pick<Database, 'kind' | 'session'>;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface Leader extends Service {
  /** Whether this replica leads now, by its own clock; false at once after a freeze. */
  leads(): boolean;
  /** Resolves when this replica leads, with a signal that is aborted at the end of that; or when `signal` is aborted. */
  nextTerm(signal: AbortSignal): Promise<AbortSignal>;
}

/**
 * One leader among the replicas on a database, by an advisory lock on a connection of its own: the lock is gone when
 * the connection is, so that nobody has to clean up after a leader that died.
 */
export function createLeader(options: LeaderOptions): Leader {
  let term: AbortController | undefined;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  const waiting = new Set<(term: AbortSignal) => void>();
  /** Asking once a second, this part is also the first to notice that an idle listener has lost its database. */
  let databaseAway = true;

  async function run(signal: AbortSignal): Promise<void> {
    const session = await options.database.session();
    try {
      if (options.database.kind === 'postgres') await session.query(STATEMENTS.limitIdle);
      await stand(session, signal);
    } finally {
      endTerm();
      await session.release();
    }
  }

  async function stand(session: DatabaseSession, signal: AbortSignal): Promise<void> {
    const lost = new AbortController();
    void session.lost.then(() => lost.abort());
    const ended = AbortSignal.any([signal, lost.signal]);
    while (!signal.aborted) {
      if (lost.signal.aborted) throw new Error('the connection that held the leadership is lost');
      const asked = performance.now();
      if (term === undefined) {
        const [row] = await session.query<{ readonly leads: boolean }>(STATEMENTS.tryLock);
        if (row?.leads === true) beginTerm(asked);
        else options.health.ok('leader', 'another replica leads');
      } else {
        if (asked - confirmedAt > CONFIRMED_MS_MAX) throw new Error('it was not confirmed for too long');
        const fence = setTimeout(endTerm, confirmedAt + CONFIRMED_MS_MAX - asked);
        await session.query(STATEMENTS.confirm).finally(() => clearTimeout(fence));
        confirmedAt = asked;
      }
      if (databaseAway) options.health.ok('database', 'answers');
      databaseAway = false;
      await pause(CHECK_INTERVAL_MS, ended);
    }
  }

  function beginTerm(asked: number): void {
    confirmedAt = asked;
    term = new AbortController();
    options.metrics.set('leader', 1);
    options.health.ok('leader', 'this replica leads');
    options.logger.info({}, 'This replica leads now');
    for (const tell of waiting) tell(term.signal);
    waiting.clear();
  }

  function endTerm(): void {
    if (term === undefined) return;
    term.abort();
    term = undefined;
    options.metrics.set('leader', 0);
  }

  const leads = (): boolean =>
    term !== undefined && !term.signal.aborted && performance.now() - confirmedAt < CONFIRMED_MS_MAX;

  const loop = createSupervisedLoop({
    run,
    onFailure: (error, restartInMs) => {
      options.metrics.add('part_restarts');
      databaseAway = true;
      const held = 'events are held in Redis and in the outboxes; none is lost';
      const trouble = messageOf(databaseUnavailable(error));
      options.health.report('database', 'down', trouble, held);
      const meaning = 'nobody holds copies of the channel or reconciles until there is a leader again';
      options.health.report('leader', 'degraded', trouble, meaning);
      options.logger.warn({ err: error, restartInMs }, 'The leadership is lost; it is tried again');
    },
    random: options.random,
  });
  return {
    ...loop,
    leads,
    nextTerm: async (signal) => {
      if (signal.aborted) return signal;
      if (term !== undefined && leads()) return term.signal;
      return new Promise((resolve) => {
        const tell = (reached: AbortSignal): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(reached);
        };
        const giveUp = (): void => {
          waiting.delete(tell);
          resolve(signal);
        };
        waiting.add(tell);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
