import { randomBytes } from 'node:crypto';
import { createEventIdSource, readSettings, redisNames, STREAM_FIELDS } from '@taskwire/protocol';
import { Redis } from 'ioredis';

export interface Storm extends Disposable {
  /** The task that is heard of all the time. */
  readonly eye: string;
  /** Ends it; the eye is a SUCCESS then. @returns how many events it was a second */
  end(): Promise<number>;
}

const EVENTS_PER_S = 1_000;
const TICK_MS = 50;
const TASKS_AT_ONCE = 400;
/** Every so many-th event is one of the eye. */
const EYE_EVERY = 20;
/** The life of each task; a new one follows it. */
const LIFE = [
  { status: 'RUNNING' },
  { status: 'RUNNING', progress: 0.3 },
  { status: 'RUNNING', progress: 0.7 },
  { status: 'SUCCESS' },
] as const;

/**
 * Events as notifiers write them into the stream. They go there directly: an outbox for each of a thousand events would take
 * from the machine what is to be measured on it.
 */
export function startStorm(redisUrl: string): Storm {
  const { stream } = redisNames(readSettings({}));
  const redis = new Redis(redisUrl);
  const newEventId = createEventIdSource({ now: Date.now, random: randomBytes });
  const publisher_id = newEventId();
  const eye = `eye-of-the-storm-${publisher_id.slice(0, 8)}`;
  const begunAt = performance.now();
  let sent = 0;

  const send = async (events: readonly Readonly<Record<string, unknown>>[]): Promise<void> => {
    const pipeline = redis.pipeline();
    for (const event of events) {
      const event_id = newEventId();
      const sequence = ++sent;
      const whole = {
        schema_version: 1,
        event_id,
        publisher_id,
        sequence,
        attempt: 1,
        timestamp: new Date().toISOString(),
        data: {},
        worker_container: 'worker-of-the-storm',
        task_name: 'reports.storm',
        ...event,
      };
      pipeline.xadd(
        stream,
        '*',
        ...[STREAM_FIELDS.event, JSON.stringify(whole)],
        ...[STREAM_FIELDS.eventId, event_id],
        ...[STREAM_FIELDS.publisherId, publisher_id],
        ...[STREAM_FIELDS.sequence, sequence],
      );
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
  };
  const eventOf = (index: number) => {
    if (index % EYE_EVERY === 0) {
      return { task_request_id: eye, status: 'RUNNING', progress: (index / EYE_EVERY / 1_000) % 1 };
    }
    const round = Math.floor(index / TASKS_AT_ONCE);
    const life = Math.floor(round / LIFE.length);
    return {
      task_request_id: `${publisher_id}-${index % TASKS_AT_ONCE}-${life}`,
      ...LIFE[round % LIFE.length],
    };
  };

  let underWay = Promise.resolve();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begunAt) / 1_000) * EVENTS_PER_S) - sent;
    const events = Array.from({ length: due }, (_, index) => eventOf(sent + index));
    underWay = underWay.then(() => send(events));
  }, TICK_MS);
  return {
    eye,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      redis.disconnect();
    },
    end: async () => {
      clearInterval(timer);
      await underWay;
      const perSecond = sent / ((performance.now() - begunAt) / 1_000);
      await send([{ task_request_id: eye, status: 'SUCCESS' }]);
      return perSecond;
    },
  };
}
