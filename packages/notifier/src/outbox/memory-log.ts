import type { PublisherAck } from '@taskwire/protocol';
import type { EventLog, StoredEvent } from './event-log.ts';
import type { BuildEvent, OutboxUsage } from './outbox.ts';

/**
 * Where events wait while there is no usable outbox file: bounded by count and bytes, lost with the process. Enough
 * for a Redis that is away for some seconds under an ordinary load, and small beside any worker.
 */
const EVENTS_MAX = 20_000;
const BYTES_MAX = 16 * 1024 * 1024;

export interface MemoryLog extends EventLog {
  /** @returns undefined where it is full */
  append(build: BuildEvent): StoredEvent | undefined;
  /** No new events from now on. */
  end(): void;
  usage(): OutboxUsage;
}

export function createMemoryLog(publisherId: string): MemoryLog {
  const events: StoredEvent[] = [];
  let ack: PublisherAck | null = null;
  let open = true;
  let deletedTo = 0;
  let bytes = 0;
  return {
    publisherId,
    closable: true,
    get lastSequence() {
      return deletedTo + events.length;
    },
    get deletedTo() {
      return deletedTo;
    },
    get open() {
      return open;
    },
    get ack() {
      return ack;
    },
    saveAck(next) {
      ack = next;
    },
    end() {
      open = false;
    },
    append(build) {
      if (events.length >= EVENTS_MAX || bytes >= BYTES_MAX) return undefined;
      const sequence = deletedTo + events.length + 1;
      const stored = { sequence, ...build(publisherId, sequence) };
      events.push(stored);
      bytes += stored.payload.length;
      return stored;
    },
    read(from, to, limits) {
      const first = Math.max(0, from - deletedTo - 1);
      const chosen: StoredEvent[] = [];
      let size = 0;
      for (let i = first; i < Math.min(to - deletedTo, events.length); i++) {
        const event = events[i];
        if (event === undefined || chosen.length >= limits.events_max) break;
        size += event.payload.length;
        if (chosen.length > 0 && size > limits.bytes_max) break;
        chosen.push(event);
      }
      return chosen;
    },
    deleteTo(sequence, events_max) {
      const count = Math.min(sequence - deletedTo, events_max, events.length);
      if (count <= 0) return 0;
      for (const event of events.splice(0, count)) bytes -= event.payload.length;
      deletedTo += count;
      return count;
    },
    usage: () => ({ bytes, ratio: Math.max(events.length / EVENTS_MAX, bytes / BYTES_MAX) }),
  };
}
