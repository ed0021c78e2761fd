import {
  type Logger,
  messageOf,
  type PublisherAck,
  type RedisNames,
  sendingNumberKey,
} from '@taskwire/protocol';
import type { Deliveries, Delivery } from './delivery/deliveries.ts';
import { applyAck } from './delivery/delivery-state.ts';
import { resendForgotten, resendOverdue } from './delivery/resend-rules.ts';
import { createSendingNumbers, type SendingNumbers } from './delivery/sending-numbers.ts';
import type { Lane } from './lane.ts';
import { parseAcksReply } from './redis/batch-reply.ts';
import { loadLuaScript } from './redis/lua-script.ts';
import type { RedisConnection } from './redis/redis-connection.ts';

/**
 * Where an acknowledgement does not come, the next look is later and later; 1.5 s at most: by it a dead connection is
 * noticed while events wait, and a Redis that lost its data. Nobody waits for the first one as a rule, so a thousand
 * workers may leave Redis in peace; those who wait (a flush, backlog behind a full window) look sooner.
 */
const FIRST_LOOK_MS = 50;
const URGENT_LOOK_MS = 5;
const LOOK_FACTOR = 1.6;
const LOOK_MS_MAX = 1_500;
/**
 * A Redis that was emptied says nothing before a listener has written anew what the database holds, 5 s later at most: until
 * then it may be less than before. When it still says nothing after this there is no listener, and nobody waits for it.
 */
const UNTOLD_MS_MAX = 8_000;
/** Publishers asked for in one script call. */
const PUBLISHERS_MAX = 200;

export interface AckReaderOptions {
  readonly names: RedisNames;
  readonly senderId: string;
  readonly lane: Lane;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Acknowledgements brought something new. */
  readonly onProgress: () => void;
}

/**
 * Reads what the database holds: soon after each sending, then with back-off while anything is unacknowledged, and
 * not at all while nothing is. Level-triggered: only what it says now counts, so one that is lost does no harm.
 */
export interface AckReader {
  readonly numbers: SendingNumbers;
  /** When to read next; never (Infinity) while nothing waits. */
  dueMs(deliveries: Deliveries): number;
  /** Something was sent: look again from the first interval on. `urgent`: somebody waits for the acknowledgement. */
  expectSoon(urgent: boolean): void;
  /** Looks once even where nothing waits: an acknowledgement may have gone back. */
  lookOnce(): void;
  /** Whether that look is over and was answered, and no acknowledgement has gone back without being believed yet. */
  isSure(deliveries: Deliveries): boolean;
  read(connection: RedisConnection, deliveries: Deliveries): Promise<void>;
  take(delivery: Delivery, ack: PublisherAck): void;
  /** Whether a publisher_id was found to be somebody else's as well since this was last asked. */
  foundContested(): boolean;
  /** Sends again what Redis has confirmed and forgotten. */
  checkForgotten(previousSending: number, deliveries: Deliveries): void;
}

export function createAckReader(options: AckReaderOptions): AckReader {
  const { lane, logger, nowMs } = options;
  const script = loadLuaScript('read-acks.lua');
  const keys = [options.names.stream, sendingNumberKey(options.names, options.senderId), options.names.acks];
  const numbers = createSendingNumbers();
  /** Drawn once: drawn at each look, the luckiest of many draws would decide. */
  const share = options.random();
  let nextLookMs = 0;
  let intervalMs = FIRST_LOOK_MS;
  let once = false;
  let reading = false;
  let idle = true;
  let contested = false;

  const expectSoon = (urgent: boolean): void => {
    intervalMs = urgent ? URGENT_LOOK_MS : FIRST_LOOK_MS;
    const soon = nowMs() + intervalMs;
    nextLookMs = idle ? soon : Math.min(nextLookMs, soon);
    idle = false;
  };
  const take = (delivery: Delivery, ack: PublisherAck): void => {
    if (delivery.contested) return;
    const { log, state } = delivery;
    const verdict = applyAck(state, ack, log, nowMs());
    if (verdict.kind === 'beyond') {
      delivery.contested = true;
      contested = true;
      logger.error(
        { publisher_id: log.publisherId, given: log.lastSequence, acknowledged: ack.highest },
        'the database holds more of this publisher than was ever sent: the process or its outbox was copied while it ran; its events go on under a new publisher_id',
      );
      return;
    }
    if (verdict.takenBack.length > 0) {
      logger.warn(
        { publisher_id: log.publisherId, ranges: verdict.takenBack },
        'the database lost events that it had acknowledged; they are sent again',
      );
    }
    delivery.state = verdict.state;
    if (verdict.state.ack === state.ack) return;
    if (sameAck(verdict.state.ack, log.ack)) return;
    try {
      log.saveAck(verdict.state.ack);
    } catch (error) {
      logger.debug(
        { problem: messageOf(error) },
        'an acknowledgement could not be stored; it will come again',
      );
    }
    intervalMs = Math.min(intervalMs, FIRST_LOOK_MS);
    options.onProgress();
  };
  const untold = (delivery: Delivery): void => {
    if (delivery.state.ack.highest > delivery.log.deletedTo) delivery.untoldSinceMs ??= nowMs();
  };
  /** Its acknowledgement is missing or says less than before, and may be believed when it still does after a while. */
  const isDoubted = ({ state, untoldSinceMs }: Delivery): boolean =>
    state.takenBackSinceMs !== null || (untoldSinceMs !== null && nowMs() - untoldSinceMs < UNTOLD_MS_MAX);
  const checkForgotten = (previousSending: number, deliveries: Deliveries): void => {
    if (!numbers.forgot(previousSending)) return;
    logger.warn({}, 'Redis lost what it had taken; what is not acknowledged is sent again');
    for (const delivery of deliveries) {
      delivery.state = resendForgotten(delivery.state, previousSending, nowMs(), options.random());
    }
  };

  return {
    numbers,
    expectSoon,
    take,
    checkForgotten,
    dueMs(deliveries) {
      if (once) return 0;
      for (const delivery of deliveries) {
        const { state, contested } = delivery;
        if (contested) continue;
        if (isDoubted(delivery) || state.segments.some(({ phase }) => phase !== 'queued')) return nextLookMs;
      }
      idle = true;
      return Number.POSITIVE_INFINITY;
    },
    foundContested() {
      const found = contested;
      contested = false;
      return found;
    },
    lookOnce() {
      once = true;
    },
    isSure: (deliveries) =>
      !once && !reading && ![...deliveries].some((delivery) => !delivery.contested && isDoubted(delivery)),
    async read(connection, deliveries) {
      const asked = [...deliveries].filter(
        (delivery) =>
          !delivery.contested && (once || isDoubted(delivery) || delivery.state.segments.length > 0),
      );
      reading = true;
      once = false;
      // Set before the answer is known: a read that fails is not tried again at once.
      nextLookMs = nowMs() + intervalMs;
      intervalMs = Math.min(LOOK_MS_MAX, intervalMs * LOOK_FACTOR);
      try {
        for (let from = 0; from < asked.length; from += PUBLISHERS_MAX) {
          const some = asked.slice(from, from + PUBLISHERS_MAX);
          const ids = some.map(({ log }) => log.publisherId);
          const reply = parseAcksReply(await connection.run(script, keys, ids));
          checkForgotten(reply.previousSending, deliveries);
          for (const [index, delivery] of some.entries()) {
            const ack = reply.acks[index];
            if (ack === null || ack === undefined) untold(delivery);
            else {
              delivery.untoldSinceMs = null;
              take(delivery, ack);
            }
            if (delivery.contested) continue;
            delivery.state = resendOverdue(delivery.state, reply, nowMs(), share);
          }
        }
        nextLookMs = Math.min(nextLookMs, nowMs() + intervalMs);
      } catch (error) {
        if (connection.isReady) lane.failed(messageOf(error));
      } finally {
        reading = false;
      }
    },
  };
}

const sameAck = (a: PublisherAck, b: PublisherAck | null): boolean => JSON.stringify(a) === JSON.stringify(b);
