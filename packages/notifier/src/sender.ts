import {
  type Logger,
  messageOf,
  type NamedKey,
  type RedisNames,
  sendingNumberKey,
  signEvent,
} from '@taskwire/protocol';
import type { AckReader } from './ack-reader.ts';
import type { Deliveries, Delivery } from './delivery/deliveries.ts';
import { queueRanges, queueUpTo, recordSending } from './delivery/delivery-state.ts';
import { LATE_EVENTS_MAX, lateUnderWay, nextDue } from './delivery/resend-rules.ts';
import { withoutRanges } from './delivery/segments.ts';
import type { Lane } from './lane.ts';
import type { EventKeeper } from './outbox/event-keeper.ts';
import { type StoredEvent, upToHole } from './outbox/event-log.ts';
import { type BatchReply, parseBatchReply } from './redis/batch-reply.ts';
import { loadLuaScript } from './redis/lua-script.ts';
import type { RedisConnection } from './redis/redis-connection.ts';

/** One script call blocks Redis for all: 500 events are a few ms of its time. */
const BATCH_LIMITS = { events_max: 500, bytes_max: 1_048_576 } as const;
/** What Redis remembers of a sender that is gone. Longer than a database is away. */
const SENDING_NUMBER_LIFETIME_MS = 7 * 24 * 3_600_000;
/** More than this that piled up while nothing could be sent is backlog: it goes through the window, behind fresh events. */
const FRESH_EVENTS_MAX = 1_000;
/** A refusal as read-only may mean that the address points to another server by now. */
const READONLY_RECONNECT_MS = 5_000;
const UNREADABLE_PAUSE_MS = 5_000;
/** An idle pause ends at the latest after this. */
const PAUSE_MS_MAX = 60_000;

/**
 * What the channel gets. A Redis Cluster hands each message on to all of its nodes, so that with shards the copies would
 * cost every node as much as all events do; there it gets what the stream does not take.
 */
const COPIES = { none: 0, all: 1, refused: 2 } as const;

export interface SenderOptions {
  readonly names: RedisNames;
  readonly senderId: string;
  readonly keeper: EventKeeper;
  readonly deliveries: Deliveries;
  readonly connection: RedisConnection;
  readonly acks: AckReader;
  readonly lane: Lane;
  /** Signs events as they are sent, so that what waits in the outbox goes out under the key of today. */
  readonly signingKey: NamedKey | undefined;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Whether somebody waits for acknowledgements right now. */
  readonly somebodyWaits: () => boolean;
  /** Called after each turn, when something may have been sent or acknowledged. */
  readonly onTurn: () => void;
}

/**
 * Moves events from the outbox to Redis: a loop that sleeps until it is woken by a new event, an acknowledgement that
 * is due, or a pause that is over. One batch is under way at a time; while it is, the next one gathers, so that one
 * event alone goes at once and many go together, without waiting for either.
 */
export interface Sender {
  /** Something is there to be sent. Cheap: many calls before the next turn are one. */
  wake(): void;
  connected(): void;
  stop(): Promise<void>;
}

export function createSender(options: SenderOptions): Sender {
  const { keeper, deliveries, connection, acks, lane, logger, nowMs, signingKey } = options;
  const signed = (payload: string): string =>
    signingKey === undefined ? payload : signEvent(payload, signingKey);
  const script = loadLuaScript('publish-batch.lua');
  const copies = options.names.shards === undefined ? COPIES.all : COPIES.refused;
  const keys = [options.names.stream, sendingNumberKey(options.names, options.senderId), options.names.acks];
  let turning: Promise<void> | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let stopped = false;
  let reconnectedAtMs = Number.NEGATIVE_INFINITY;

  const wake = (): void => {
    if (stopped || immediate !== undefined) return;
    if (turning !== undefined) {
      again = true;
      return;
    }
    immediate = setImmediate(run);
  };
  const run = (): void => {
    immediate = undefined;
    clearTimeout(timer);
    again = false;
    turning = turn()
      .catch((error: unknown) => {
        logger.error({ problem: messageOf(error) }, 'a turn of the sender failed; it goes on after a pause');
        lane.failed(messageOf(error));
        return false;
      })
      .then((more) => {
        turning = undefined;
        options.onTurn();
        if (stopped) return;
        if (more || again) wake();
        else sleep();
      });
  };
  const sleep = (): void => {
    // Without a connection there is nothing to do before it is back, which wakes us.
    const dueMs = connection.isReady
      ? Math.max(lane.holdsUntilMs, Math.min(acks.dueMs(deliveries), nextLateMs()))
      : Number.POSITIVE_INFINITY;
    timer = setTimeout(wake, Math.min(PAUSE_MS_MAX, Math.max(1, dueMs - nowMs())));
  };
  /** When the next late event may go: its own time, or that of the lane. */
  const nextLateMs = (): number => {
    let due = Number.POSITIVE_INFINITY;
    const windowOpen = lateNow() < LATE_EVENTS_MAX;
    for (const { state, contested, restsUntilMs } of deliveries) {
      if (contested) continue;
      if (restsUntilMs > nowMs()) {
        due = Math.min(due, restsUntilMs);
        continue;
      }
      for (const segment of state.segments) {
        if (segment.phase === 'queued' && windowOpen) due = Math.min(due, segment.dueMs);
        if (segment.phase === 'published') due = Math.min(due, lane.offersFromMs);
      }
    }
    return due;
  };

  /** @returns whether there is more to do at once */
  const turn = async (): Promise<boolean> => {
    deliveries.follow(keeper.logs(), nowMs());
    if (!connection.isReady || nowMs() < lane.holdsUntilMs) return false;
    let more = false;
    for (const delivery of deliveries) {
      if (delivery.contested) more = keeper.rehome(delivery.log) > 0 || more;
      else if (await sendFresh(delivery)) more = true;
      if (lane.name === 'holding' && nowMs() < lane.holdsUntilMs) return false;
    }
    if (await sendLate()) more = true;
    if (nowMs() >= acks.dueMs(deliveries)) await acks.read(connection, deliveries);
    return more || acks.foundContested();
  };

  const rests = ({ restsUntilMs }: Delivery): boolean => nowMs() < restsUntilMs;

  /** @returns whether more fresh events wait */
  const sendFresh = async (delivery: Delivery): Promise<boolean> => {
    const { log } = delivery;
    const from = delivery.state.frontier + 1;
    if (from > log.lastSequence || rests(delivery)) return false;
    await send(delivery, { from, to: log.lastSequence, late: false, publish: true });
    return delivery.state.frontier < log.lastSequence && !rests(delivery);
  };

  /** One batch of backlog or copies a turn, behind the fresh ones. @returns whether there is another */
  const sendLate = async (): Promise<boolean> => {
    const room = LATE_EVENTS_MAX - lateNow();
    const admission = { queued: room > 0, published: nowMs() >= lane.offersFromMs };
    for (const delivery of deliveries) {
      if (delivery.contested || rests(delivery)) continue;
      const due = nextDue(delivery.state.segments, admission, nowMs());
      if (due === undefined) continue;
      const to = due.phase === 'queued' ? Math.min(due.to, due.from + room - 1) : due.to;
      await send(delivery, { from: due.from, to, late: true, publish: due.tries === 0 });
      return true;
    }
    return false;
  };
  /** What the stream refused waits for the stream and not for acknowledgements, so it does not fill the window. */
  const lateNow = (): number => {
    let count = 0;
    for (const { state } of deliveries) count += lateUnderWay(state.segments, lane.name === 'second_lane');
    return count;
  };

  interface Range {
    readonly from: number;
    readonly to: number;
    readonly late: boolean;
    readonly publish: boolean;
  }
  const send = async (delivery: Delivery, range: Range): Promise<void> => {
    const events = readable(delivery, range);
    if (events === undefined) return;
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined || first.sequence > range.from) {
      forgetGone(delivery, range.from, (first?.sequence ?? range.to + 1) - 1);
      if (first === undefined || last === undefined) return;
    }
    const sent: Range = { ...range, from: first.sequence, to: last.sequence };
    const number = acks.numbers.next();
    let reply: BatchReply;
    try {
      reply = parseBatchReply(
        await connection.run(script, keys, scriptArguments(delivery, sent, number, events)),
      );
    } catch (error) {
      // It may have happened or not. The database knows an event that it has.
      const segments = queueRanges(delivery.state.segments, [[sent.from, sent.to]], nowMs());
      const frontier = Math.max(delivery.state.frontier, sent.to);
      delivery.state = { ...delivery.state, segments, frontier };
      if (connection.isReady) lane.failed(messageOf(error));
      return;
    }
    takeReply(delivery, sent, number, reply);
  };
  /** A log that cannot be read rests for a while, so that it holds up no other. */
  const readable = (delivery: Delivery, { from, to }: Range): readonly StoredEvent[] | undefined => {
    try {
      return upToHole(delivery.log.read(from, to, BATCH_LIMITS));
    } catch (error) {
      delivery.restsUntilMs = nowMs() + UNREADABLE_PAUSE_MS;
      keeper.readFailed(delivery.log, error);
      return undefined;
    }
  };
  const scriptArguments = (
    delivery: Delivery,
    sent: Range,
    number: number,
    events: readonly StoredEvent[],
  ): (string | number)[] => {
    const values: (string | number)[] = [
      options.names.channel,
      number,
      SENDING_NUMBER_LIFETIME_MS,
      delivery.log.publisherId,
      sent.publish ? copies : COPIES.none,
      sent.from,
      events.map(({ event_id }) => event_id).join(' '),
    ];
    for (const { payload } of events) values.push(signed(payload));
    return values;
  };
  const takeReply = (delivery: Delivery, sent: Range, number: number, reply: BatchReply): void => {
    const now = nowMs();
    acks.checkForgotten(reply.previousSending, deliveries);
    if (reply.marked) acks.numbers.confirmed(number);
    const addedTo = sent.from + reply.added - 1;
    const common = { number, late: sent.late, dueMs: 0 };
    if (reply.added > 0) {
      const sending = { ...common, from: sent.from, to: addedTo, outcome: 'streamed' } as const;
      delivery.state = recordSending(delivery.state, sending, now);
    }
    if (addedTo < sent.to) {
      const sending = { ...common, from: addedTo + 1, to: sent.to, outcome: 'published' } as const;
      delivery.state = recordSending(delivery.state, sending, now);
    }
    if (reply.reason === null) lane.accepted();
    else lane.refused(reply.reason);
    if (reply.reason?.includes('READONLY') === true && now - reconnectedAtMs >= READONLY_RECONNECT_MS) {
      reconnectedAtMs = now;
      connection.reconnect();
    }
    acks.expectSoon(sent.late || options.somebodyWaits());
    if (reply.ack !== null) acks.take(delivery, reply.ack);
  };
  const forgetGone = (delivery: Delivery, from: number, to: number): void => {
    logger.error(
      { publisher_id: delivery.log.publisherId, from, to },
      'the database asks for events that are past their grace time and gone from the outbox',
    );
    const segments = withoutRanges(delivery.state.segments, [[from, to]]);
    delivery.state = { ...delivery.state, segments, frontier: Math.max(delivery.state.frontier, to) };
  };

  return {
    wake,
    connected() {
      lane.connected();
      for (const delivery of deliveries) {
        const { log, state } = delivery;
        if (log.lastSequence - state.frontier > FRESH_EVENTS_MAX) {
          delivery.state = queueUpTo(state, log.lastSequence, nowMs());
        }
      }
      acks.expectSoon(true);
      // The database may have gone back while nobody here looked: before this process, or behind a cut.
      acks.lookOnce();
      wake();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      clearImmediate(immediate);
      await turning;
    },
  };
}
