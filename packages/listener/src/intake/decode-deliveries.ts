import { type Decoded, type DecodeOptions, decodeEvent, messageOf, type TaskEvent } from '@taskwire/protocol';
import type { Batch, BatchEvent, DeadLetter, DeadLetterReason, Lane } from '../store/batch.ts';
import type { Delivery } from './delivery.ts';

/** A dead letter keeps messages whole up to this; of a larger one its beginning and its size. */
const KEPT_BYTES_MAX = 1_048_576;

/** The step from bytes to a batch: each delivery becomes an event or a dead letter, none disappears. */
export interface DecodedBatch extends Batch {
  readonly events: readonly DecodedEvent[];
  readonly deadLetters: readonly DecodedLetter[];
}

/** The payload as text is wanted only when the database refuses the event, so it is made only then. */
export class DecodedEvent implements BatchEvent {
  readonly event: TaskEvent;
  readonly delivery: Delivery;

  constructor(event: TaskEvent, delivery: Delivery) {
    this.event = event;
    this.delivery = delivery;
  }
  get lane(): Lane {
    return this.delivery.lane;
  }
  get payload(): string {
    return this.delivery.payload.toString();
  }
}

export interface DecodedLetter extends DeadLetter {
  readonly delivery: Delivery;
}

/** @param options the limits; `decodeEvent` never throws, and should it do so the event is kept as a dead letter */
export function decodeDeliveries(deliveries: readonly Delivery[], options: DecodeOptions): DecodedBatch {
  const events: DecodedEvent[] = [];
  const deadLetters: DecodedLetter[] = [];
  // By index, here and wherever each event is looked at: an iterator makes an object at each step.
  for (let i = 0; i < deliveries.length; i++) {
    const delivery = deliveries[i] as Delivery;
    const decoded = decodeSafely(delivery, options);
    if (decoded.ok) events.push(new DecodedEvent(decoded.event, delivery));
    else deadLetters.push(letterOf(delivery, decoded.reason, decoded.detail, decoded.task_request_id));
  }
  return { events, deadLetters };
}

/** The dead letter of a delivery. */
export function letterOf(
  delivery: Delivery,
  reason: DeadLetterReason,
  detail: string,
  taskRequestId: string | null,
): DecodedLetter {
  return {
    delivery,
    lane: delivery.lane,
    reason,
    detail,
    payload: delivery.payload.toString('utf8', 0, KEPT_BYTES_MAX),
    payload_bytes: delivery.payloadBytes,
    task_request_id: taskRequestId,
    publisher_id: delivery.publisher_id,
    sequence: delivery.sequence,
  };
}

type SafelyDecoded =
  | Decoded
  | {
      readonly ok: false;
      readonly reason: 'kills_the_listener';
      readonly detail: string;
      readonly task_request_id: null;
    };

function decodeSafely({ bytes, from, to }: Delivery, options: DecodeOptions): SafelyDecoded {
  try {
    return decodeEvent(bytes, options, from, to);
  } catch (error) {
    const detail = `reading it failed in an unforeseen way: ${messageOf(error)}`;
    return { ok: false, reason: 'kills_the_listener', detail, task_request_id: null };
  }
}
