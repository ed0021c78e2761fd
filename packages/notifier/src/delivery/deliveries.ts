import type { PublisherReport } from '@taskwire/protocol';
import { eventIdTimeMs } from '@taskwire/protocol';
import type { EventLog } from '../outbox/event-log.ts';
import { type DeliveryState, newDelivery, resumedDelivery } from './delivery-state.ts';
import { countUnacknowledged } from './publisher-ack.ts';

/** One publisher's events and what is known of their way. */
export interface Delivery {
  readonly log: EventLog;
  state: DeliveryState;
  /** Somebody else uses the same publisher_id, or has: nothing of it is sent or believed any more. */
  contested: boolean;
  /** It could not be read, and is left alone until then. */
  restsUntilMs: number;
  /** Since when Redis says nothing of it, though events of it that were acknowledged are kept here; null where it does. */
  untoldSinceMs: number | null;
}

/** The deliveries of all logs that there are. */
export interface Deliveries extends Iterable<Delivery> {
  /** Takes up logs that are new and drops those that are gone. */
  follow(logs: readonly EventLog[], nowMs: number): void;
  readonly unacknowledged: number;
  /** Neither in the stream nor acknowledged. */
  readonly unsent: number;
  /** Age in ms of the oldest event that is not acknowledged; 0 where there is none. */
  oldestUnacknowledgedMs(nowMs: number): number;
  reports(): readonly PublisherReport[];
}

/** A heartbeat names so many publishers at most, the newest. */
const REPORTS_MAX = 100;

export function createDeliveries(): Deliveries {
  let deliveries: readonly Delivery[] = [];
  return {
    [Symbol.iterator]: () => deliveries[Symbol.iterator](),
    follow(logs, nowMs) {
      if (logs.length === deliveries.length && deliveries.every(({ log }, index) => log === logs[index]))
        return;
      const known = new Map(deliveries.map((delivery) => [delivery.log, delivery]));
      deliveries = logs.map((log) => known.get(log) ?? begin(log, nowMs));
    },
    get unacknowledged() {
      return deliveries.reduce((sum, delivery) => sum + unacknowledgedOf(delivery), 0);
    },
    get unsent() {
      return deliveries.reduce((sum, delivery) => {
        const { log, state } = delivery;
        if (delivery.contested) return sum + unacknowledgedOf(delivery);
        const late = state.segments.reduce(
          (count, { phase, from, to }) => (phase === 'streamed' ? count : count + to - from + 1),
          0,
        );
        return sum + late + Math.max(0, log.lastSequence - state.frontier);
      }, 0);
    },
    oldestUnacknowledgedMs(nowMs) {
      const times = deliveries.map((delivery) => oldestTimeMs(delivery) ?? nowMs);
      return Math.max(0, Math.round(nowMs - Math.min(nowMs, ...times)));
    },
    reports: () =>
      deliveries
        .filter(({ contested }) => !contested)
        .slice(-REPORTS_MAX)
        .map((delivery) => ({
          publisher_id: delivery.log.publisherId,
          last_sequence: delivery.log.lastSequence,
          closed: !delivery.log.open && delivery.log.closable && unacknowledgedOf(delivery) === 0,
        })),
  };
}

/** Events of the open publisher are fresh; those of earlier ones are backlog. */
const begin = (log: EventLog, nowMs: number): Delivery => ({
  log,
  contested: log.hasHole === true,
  restsUntilMs: 0,
  untoldSinceMs: null,
  state: log.open ? newDelivery(nowMs) : resumedDelivery(log.lastSequence, log.deletedTo, log.ack, nowMs),
});

/** Of a contested one, what has not moved to its new publisher yet: no acknowledgement speaks of it. */
const unacknowledgedOf = ({ log, state, contested }: Delivery): number =>
  contested ? log.lastSequence - log.deletedTo : countUnacknowledged(state.ack, log.lastSequence);

function oldestTimeMs({ log, state }: Delivery): number | undefined {
  const first = state.segments[0]?.from ?? state.frontier + 1;
  if (first > log.lastSequence) return undefined;
  try {
    const [event] = log.read(first, first, { events_max: 1, bytes_max: 1 });
    return event === undefined ? undefined : eventIdTimeMs(event.event_id);
  } catch {
    // The sender meets the same error, and deals with it.
    return undefined;
  }
}
