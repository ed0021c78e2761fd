import { STREAM_FIELDS } from '@taskwire/protocol';

/** What an entry of the stream says of one event. */
export interface StreamEvent {
  /** As JSON. */
  readonly event: string;
  readonly event_id: string;
  readonly publisher_id: string;
  readonly sequence: number;
}

/** The events of an entry, from its names and values in turn. */
export function eventsOfEntry(fields: readonly string[]): readonly StreamEvent[] {
  const valuesOf = (name: string) =>
    fields.filter((_, index) => index % 2 === 1 && fields[index - 1] === name);
  const [eventIds = ''] = valuesOf(STREAM_FIELDS.eventId);
  const [sequence] = valuesOf(STREAM_FIELDS.sequence);
  const [publisher_id = ''] = valuesOf(STREAM_FIELDS.publisherId);
  return valuesOf(STREAM_FIELDS.event).map((event, place) => ({
    event,
    event_id: eventIds.split(' ')[place] ?? '',
    publisher_id,
    sequence: Number(sequence) + place,
  }));
}
