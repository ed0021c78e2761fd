import { publisherIdIn, Receipt, sequenceIn } from '../intake/delivery.ts';
import { EventColumns, NO_EVENTS, StreamEvents } from '../intake/stream-events.ts';
import { FIELD, fieldNamed, foreignEntry, sequenceAt, sequenceBeside } from './entry-fields.ts';

/** What a read brought. */
export interface StreamEntries {
  /** Of how many entries; those whose content is gone do not count. */
  readonly entries: number;
  readonly events: StreamEvents;
  /** How often each of these has been delivered, this time included. */
  readonly counts: readonly number[];
  /** Entries whose content is gone from the stream. */
  readonly gone: readonly string[];
  /** Where the next read of the same kind goes on; null where nothing came. */
  readonly lastId: string | null;
}

/** As most reads of an idle stream end. */
const NO_ENTRIES: StreamEntries = {
  entries: 0,
  events: NO_EVENTS,
  counts: [],
  gone: [],
  lastId: null,
};

type RawEntry = readonly [id: Buffer, fields: readonly Buffer[] | null];

/** The reply of XREADGROUP for one stream. Null (nothing came) is no entries. */
export function entriesOfRead(reply: unknown): StreamEntries {
  const streams = reply as readonly (readonly [Buffer, readonly RawEntry[]])[] | null;
  const entries = streams?.[0]?.[1];
  return entries === undefined ? NO_ENTRIES : entriesOf(entries, []);
}

/** Entries and their delivery counts as our scripts give them. */
export function entriesOf(raw: unknown, deliveryCounts: readonly number[]): StreamEntries {
  const columns = new EventColumns();
  const counts: number[] = [];
  const gone: string[] = [];
  let lastId: string | null = null;
  const entries = raw as readonly RawEntry[];
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as RawEntry;
    const id = entry[0].toString('latin1');
    const fields = entry[1];
    lastId = id;
    if (fields === null) gone.push(id);
    else {
      addEntry(columns, id, fields);
      while (counts.length < columns.length) counts.push(deliveryCounts[index] ?? 1);
    }
  }
  return { entries: entries.length - gone.length, events: new StreamEvents(columns), counts, gone, lastId };
}

function addEntry(columns: EventColumns, id: string, fields: readonly Buffer[]): void {
  const payloads: Buffer[] = [];
  const sequences: (number | null)[] = [];
  const publisherIds: (string | null)[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i];
    const value = fields[i + 1];
    if (name === undefined || value === undefined) continue;
    const field = fieldNamed(name);
    if (field === FIELD.event) payloads.push(value);
    else if (field === FIELD.publisherId) publisherIds.push(publisherIdIn(value));
    else if (field === FIELD.sequence) sequences.push(sequenceIn(value));
  }
  if (payloads.length === 0) payloads.push(foreignEntry(fields.map((field) => field.toString())));
  const first = sequenceBeside(sequences.at(-1) ?? null, publisherIds.length, sequences.length);
  columns.beginEntry(new Receipt(id, payloads.length), publisherIds.at(-1) ?? null);
  for (const [place, payload] of payloads.entries()) {
    columns.add(payload, 0, payload.length, sequenceAt(first, place));
  }
}
