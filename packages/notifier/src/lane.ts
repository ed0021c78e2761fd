import { type BackoffPolicy, backoffMs, type Logger } from '@taskwire/protocol';

/**
 * Which way events go.
 * - `stream`: Redis takes them into the stream, and copies them to the channel
 * - `second_lane`: Redis refuses to write; only the channel copies go out, and the stream is tried with each new event
 *   and now and then with an old one
 * - `holding`: Redis is not reached, or answers nothing useful; events wait
 */
export type LaneName = 'stream' | 'second_lane' | 'holding';

const RETRY_BACKOFF: BackoffPolicy = { firstMs: 100, factor: 2, maxMs: 3_000 };

export interface Lane {
  readonly name: LaneName;
  /** Why it is not the stream, in words; null where it is. */
  readonly problem: string | null;
  /** Nothing is to be sent before this. */
  readonly holdsUntilMs: number;
  /** What the stream has refused may be offered to it again from here on. */
  readonly offersFromMs: number;
  accepted(): void;
  refused(reason: string): void;
  /** @param problem in words. Tries again after a pause that grows. */
  failed(problem: string): void;
  /** The connection is there, or there again. */
  connected(): void;
  disconnected(): void;
}

export function createLane(options: {
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly random: () => number;
}): Lane {
  let name: LaneName = 'holding';
  let problem: string | null = null;
  let holdsUntilMs = 0;
  let offersFromMs = 0;
  let setbacks = 0;

  const pause = (): number => options.nowMs() + backoffMs(RETRY_BACKOFF, setbacks, options.random());
  const enter = (next: LaneName, words: string | null): void => {
    if (next !== name) {
      const fields = { lane: next, problem: words };
      if (next === 'stream') options.logger.info(fields, 'events go into the stream');
      else if (next === 'second_lane')
        options.logger.warn(
          fields,
          'Redis refuses to write; events go out on the channel only, and are kept',
        );
      else options.logger.warn(fields, 'events are held back and kept');
    }
    name = next;
    problem = words;
  };
  return {
    get name() {
      return name;
    },
    get problem() {
      return problem;
    },
    get holdsUntilMs() {
      return holdsUntilMs;
    },
    get offersFromMs() {
      return offersFromMs;
    },
    accepted() {
      setbacks = 0;
      holdsUntilMs = 0;
      offersFromMs = 0;
      enter('stream', null);
    },
    refused(reason) {
      // Many refusals of new events are one setback: the pause is between offers of old ones.
      if (name !== 'second_lane' || options.nowMs() >= offersFromMs) {
        setbacks += 1;
        offersFromMs = pause();
      }
      enter('second_lane', reason);
    },
    failed(words) {
      setbacks += 1;
      holdsUntilMs = pause();
      enter('holding', words);
    },
    connected() {
      holdsUntilMs = 0;
    },
    disconnected() {
      if (name !== 'holding') enter('holding', 'the connection was lost');
    },
  };
}
