import type { EventLog, StoredEvent } from './event-log.ts';

/** The same event in its new place. The names cannot occur before it: within a text their quotes are escaped. */
export const movedEvent = (event: StoredEvent, from: EventLog, publisherId: string, sequence: number) => ({
  event_id: event.event_id,
  payload: event.payload.replace(
    `,"publisher_id":"${from.publisherId}","sequence":${event.sequence},`,
    `,"publisher_id":"${publisherId}","sequence":${sequence},`,
  ),
});
